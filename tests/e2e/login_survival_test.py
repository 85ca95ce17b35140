# SPDX-License-Identifier: Apache-2.0
"""A stored login outlives what happens to its file and to the authorization server: mount points, full disks, links, killed
writers, refused and failing refreshes, and root at work in a user's home."""

import json
import os
import shutil
import subprocess
import threading
import time
import unittest

from support import PAST, WithService, eventually, install, may_mount
from service import DEVICE, REVOKE, TOKEN


def soon(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


class MountedFile(WithService):
    """One credentials file, bind-mounted into a directory that is not: rename(2) over it fails with EBUSY."""

    def setUp(self):
        super().setUp()
        if not may_mount():
            self.skipTest("it takes root that may mount (unshare -m)")
        self.outside = self.home.path / "outside"

    def mounted(self, *commands):
        """Each of `commands` in one container that mounts the file; the exit codes."""
        shutil.copy(self.home.file, self.outside)
        steps = "\n".join(f'{command}; echo "$?" >&3' for command in commands)
        script = f'exec 3>"$1"; mount --bind "{self.outside}" "{self.home.file}" || exit 99\n{steps}\nexit 0'
        codes = self.home.path / "codes"
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", script, "sh", str(codes)], env=self.home.env, capture_output=True, text=True, check=True
        )
        self.assertEqual([int(code) for code in codes.read_text().split()], [0] * len(commands), done.stderr)
        return done

    def test_a_refresh_is_written_in_place(self):
        self.logged_in(PAST)
        self.mounted(f"{self.home.program} video list", f"{self.home.program} video list")
        self.assertEqual(len(self.service.refreshes()), 1)
        stored = json.loads(self.outside.read_text())["oauth"]
        self.assertEqual(self.service.state(stored["refresh_token"]), "active")
        self.assertEqual([path.name for path in self.home.config.iterdir() if path.name.startswith(".")], [])

    def test_login_and_logout_write_in_place(self):
        self.logged_in()
        self.mounted(
            f"printf good-key | {self.home.program} auth login --api-key",
            f"{self.home.program} video list",
            f"{self.home.program} auth logout",
        )
        self.assertEqual(set(json.loads(self.outside.read_text())), {"team"})  # another program's

    def test_directories_that_mount_one_file_refresh_it_once(self):
        self.logged_in(PAST)
        shutil.copy(self.home.file, self.outside)
        containers = [self.home.path / name for name in ("one", "two")]
        mounts, runs = "", ""
        for directory in containers:
            directory.mkdir(mode=0o700)
            (directory / "credentials").touch(mode=0o600)
            mounts += f'mount --bind "{self.outside}" "{directory}/credentials" || exit 99\n'
            runs += f'(HEYGEN_CONFIG_DIR="{directory}" {self.home.program} video list; echo "$?" >&3) &\n' * 4
        codes = self.home.path / "codes"
        script = f'exec 3>"$1"\n{mounts}{runs}wait'
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", script, "sh", str(codes)], env=self.home.env, capture_output=True, text=True, check=True
        )
        self.assertEqual(codes.read_text().split(), ["0"] * 8, done.stderr)
        self.assertEqual(len(self.service.refreshes()), 1)

    def test_a_mount_that_cannot_be_written_keeps_the_token_unspent(self):
        tokens = self.logged_in(PAST)
        shutil.copy(self.home.file, self.outside)
        script = (
            f'mount --bind "{self.outside}" "{self.home.file}" && mount -o remount,bind,ro "{self.home.file}" && exec "$@"'
        )
        done = self.run_heygen("video", "list", prefix=("unshare", "-m", "sh", "-c", script, "sh"))
        self.assert_fails(done, "cli_file_io_error", 1)
        self.assertIn("read-only", done.error()["message"])
        self.assertEqual(self.service.refreshes(), [])
        self.assertEqual(self.service.state(tokens["refresh_token"]), "active")

    def test_what_a_writer_left_torn_is_read_from_what_it_kept(self):
        whole = {"api_key": "good-key"}
        self.home.write(whole)
        (self.home.config / ".credentials.heygen-old-4711-AbC123").write_text(json.dumps(whole))
        self.home.file.write_text('{"api_key": "good-k')
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin="good-key"))
        self.assertEqual(self.home.read()["api_key"], "good-key")
        self.assertFalse((self.home.config / ".credentials.heygen-old-4711-AbC123").exists())


class ReadOnlyDirectory(WithService):
    """A credentials file that can be written, mounted into a directory that cannot be."""

    def setUp(self):
        super().setUp()
        if not may_mount():
            self.skipTest("it takes root that may mount (unshare -m)")
        self.outside = self.home.path / "outside"
        self.state = self.home.path / "state"

    def in_container(self, *arguments, **options):
        """The file is copied there and back, so that it looks like the one of the home."""
        shutil.copy(self.home.file, self.outside)
        config = self.home.config
        script = (
            f'mount --bind "{config}" "{config}" && mount -o remount,bind,ro "{config}" && '
            f'mount --bind "{self.outside}" "{self.home.file}" && exec "$@"'
        )
        done = self.run_heygen(*arguments, prefix=("unshare", "-m", "sh", "-c", script, "sh"), **options)
        shutil.copy(self.outside, self.home.file)
        return done

    def kept(self):
        return [path.name for path in self.state.rglob(".*")]

    def test_refresh_login_and_logout_work_with_their_locks_in_the_state_directory(self):
        tokens = self.logged_in(PAST)
        state = {"XDG_STATE_HOME": str(self.state)}
        self.assert_succeeds(self.in_container("video", "list", env=state))
        self.assertEqual(len(self.service.refreshes()), 1)
        stored = self.home.read()["oauth"]["refresh_token"]
        self.assertNotEqual(stored, tokens["refresh_token"])
        self.assertEqual(self.service.state(stored), "active")
        self.assertEqual({path.stat().st_mode & 0o777 for path in self.state.rglob("*") if path.is_dir()}, {0o700})
        self.assert_succeeds(self.in_container("auth", "login", "--api-key", stdin="good-key\n", env=state))
        self.assertEqual(self.home.read()["api_key"], "good-key")
        self.assertEqual(self.service.state(stored), "revoked")
        self.assert_succeeds(self.in_container("auth", "logout", env=state))
        self.assertEqual(set(self.home.read()), {"team"})  # another program's
        self.assertEqual(self.kept(), [])

    def test_without_any_place_the_login_is_intact_and_the_error_says_so(self):
        tokens = self.logged_in(PAST)
        before = self.home.file.read_bytes()
        nowhere = {"XDG_STATE_HOME": "/proc/nowhere", "XDG_RUNTIME_DIR": "/proc/nowhere"}
        done = self.assert_fails(self.in_container("video", "list", env=nowhere), "cli_file_io_error", 1)
        self.assertIn("nothing was sent; the login is intact", done.error()["message"])
        self.assertIn("Make the directory writable", done.error()["hint"])
        self.assertIn("XDG_STATE_HOME", done.error()["hint"])
        self.assertEqual(self.service.refreshes(), [])
        self.assertEqual(self.service.state(tokens["refresh_token"]), "active")
        done = self.in_container("auth", "login", "--api-key", stdin="good-key\n", env=nowhere)
        self.assert_fails(done, "cli_file_io_error", 1)
        self.assertIn("what is stored is unchanged", done.error()["message"])
        self.assertEqual(self.home.file.read_bytes(), before)


class HardLinks(WithService):
    def test_directories_that_share_a_hard_linked_file_refresh_it_once_and_share_the_result(self):
        self.logged_in(PAST)
        other = self.home.path / "other"
        other.mkdir(mode=0o700)
        os.link(self.home.file, other / "credentials")
        running = [
            self.start("video", "list", env={"HEYGEN_CONFIG_DIR": str(directory)})
            for directory in (self.home.config, other) * 3
        ]
        for one in running:
            self.assert_succeeds(self.finish(one))
        self.assertEqual(len(self.service.refreshes()), 1)
        self.assertEqual(self.home.file.stat().st_ino, (other / "credentials").stat().st_ino)
        self.assertEqual(self.service.state(self.home.read()["oauth"]["refresh_token"]), "active")
        self.assert_succeeds(self.run_heygen("auth", "logout", env={"HEYGEN_CONFIG_DIR": str(other)}))
        self.assertEqual(set(self.home.read()), {"team"})


class Refresh(WithService):
    def test_a_token_that_still_works_is_used_when_its_refresh_fails(self):
        for status, body in ((503, "down"), (400, {"error": "invalid_grant"}), (401, "<html>"), (404, "")):
            with self.subTest(status=status):
                self.logged_in(soon(40))
                self.service.fault(TOKEN, status=status, body=body)
                done = self.assert_succeeds(self.run_heygen("video", "list"))
                self.assertIn("Warning: could not refresh", done.err)

    def test_a_hung_token_endpoint_delays_a_request_by_seconds_and_its_late_response_is_stored(self):
        self.logged_in(soon(40))
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault(TOKEN, gate=gate)
        running = self.start("video", "list")
        self.service.wait(lambda: self.service.requests_to("/v3/videos"))
        self.assertFalse(gate.is_set())
        self.assertEqual(len(self.service.refreshes()), 1)
        gate.set()
        done = self.assert_succeeds(self.finish(running))
        self.assertIn("has not responded yet", done.err)
        self.assertEqual(len(self.service.refreshes()), 1)
        stored = self.home.read()["oauth"]["refresh_token"]
        self.assertEqual(self.service.state(stored), "active")
        self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(len(self.service.refreshes()), 1)

    def test_a_login_without_room_to_store_a_refresh_keeps_its_token_unspent(self):
        if os.geteuid() == 0 and not may_mount():
            self.skipTest("modes do not bind root, and it may not mount")
        tokens = self.logged_in(PAST)
        directory = self.home.config
        if os.geteuid():
            directory.chmod(0o500)
            self.home.file.chmod(0o400)
            self.addCleanup(directory.chmod, 0o700)
            prefix = ()
        else:
            script = f'mount --bind "{directory}" "{directory}" && mount -o remount,bind,ro "{directory}" && exec "$@"'
            prefix = ("unshare", "-m", "sh", "-c", script, "sh")
        done = self.run_heygen("video", "list", prefix=prefix)
        self.assertNotEqual(done.code, 0)
        self.assertEqual(self.service.refreshes(), [])
        self.assertEqual(self.service.state(tokens["refresh_token"]), "active")

    def test_a_file_size_limit_is_an_error_and_keeps_the_token_unspent(self):
        tokens = self.logged_in(PAST)
        before = self.home.file.read_bytes()
        done = self.run_heygen("video", "list", prefix=("sh", "-c", 'ulimit -f 0; exec "$@"', "sh"))
        self.assert_fails(done, "cli_file_io_error", 1)
        self.assertIn("ulimit -f", done.error()["hint"])
        self.assertEqual(self.service.refreshes(), [])
        self.assertEqual(self.service.state(tokens["refresh_token"]), "active")
        self.assertEqual(self.home.file.read_bytes(), before)

    def test_a_token_that_lives_shorter_than_the_skew_is_refreshed_once_in_its_life(self):
        self.service.access_ttl = 50
        self.logged_in(PAST)
        for _ in range(4):
            self.assert_succeeds(self.run_heygen("video", "list"))
        self.assertEqual(len(self.service.refreshes()), 1)

    def test_a_refresh_result_that_is_not_wanted_is_revoked(self):
        self.logged_in(PAST)
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault(TOKEN, gate=gate)
        running = self.start("video", "list")
        self.service.wait(lambda: self.service.refreshes())
        self.home.write({"api_key": "good-key"})  # by a program that knows no locks
        gate.set()
        self.assert_succeeds(self.finish(running))
        self.assertEqual(self.home.read(), {"api_key": "good-key"})
        self.assertEqual([token for token in self.service.refresh if self.service.state(token) == "active"], [])

    def test_a_refusal_is_a_refusal_whatever_its_body(self):
        for status, body in ((400, "<html>"), (401, {"error": {"message": "expired"}}), (403, ""), (400, {"error": 7})):
            with self.subTest(status=status, body=body):
                self.logged_in(PAST)
                self.service.fault(TOKEN, status=status, body=body)
                done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
                self.assertIn("heygen auth login", done.error()["hint"])

    def test_a_wrong_address_blames_the_setting_and_keeps_the_login(self):
        for status in (404, 405, 410):
            with self.subTest(status=status):
                self.logged_in(PAST)
                before = self.home.file.read_bytes()
                self.service.fault(TOKEN, status=status, body="nothing here")
                done = self.assert_fails(self.run_heygen("video", "list"), "auth_error", 3)
                self.assertIn("HEYGEN_OAUTH_TOKEN_URL", str(done.error()))
                self.assertEqual(self.home.file.read_bytes(), before)


class Login(WithService):
    """What a login leaves behind that the API refuses, or that is cut off."""

    OLD = b'{ "api_key":"good-key",  "user":{"email":"old@example.test"}, "n":1.10}\n'
    ME = "/v3/users/me"

    def log_in(self, method, **options):
        if method == "--api-key":
            return self.start("auth", "login", method, typed="other-key\n", **options)
        self.home.browser()
        return self.start("auth", "login", method, env={"HEYGEN_OAUTH_DEVICE_URL": self.service.url + DEVICE}, **options)

    def copies(self):
        return [path.name for path in self.home.config.iterdir() if path.name.startswith(".")]

    def active_tokens(self):
        return [token for token in self.service.secrets() if self.service.state(token) == "active"]

    def test_a_login_that_the_api_refuses_leaves_everything_as_it_was(self):
        refusals = (
            {"status": 401, "body": {"error": {"code": "unauthorized", "message": "No."}}},
            {"status": 403, "body": "", "headers": {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}},
            {"status": 403, "body": {"error": {"code": "invalid_token", "message": "No."}}},
        )
        for method in ("--api-key", "--oauth", "--device-code"):
            for refusal in refusals:
                with self.subTest(method=method, refusal=refusal):
                    self.home.write(self.OLD)
                    self.service.fault(self.ME, **refusal)
                    done = self.assert_fails(self.finish(self.log_in(method)), "auth_error", 3)
                    self.assertIn("Nothing was stored", done.error()["message"])
                    self.assertEqual(self.home.file.read_bytes(), self.OLD)
                    self.assertEqual(self.copies(), [])
                    self.assertEqual(self.active_tokens(), [])
                    self.assertEqual("was revoked" in done.error()["message"], method != "--api-key")
        self.assert_succeeds(self.run_heygen("video", "list"))  # with the old key

    def test_a_check_that_the_api_cannot_have_answered_leaves_everything_as_it_was(self):
        bodies = ("", {"data": 3}, [1], {"error": {"code": "unauthorized", "message": "No."}})
        for method in ("--api-key", "--oauth"):
            for body in bodies:
                with self.subTest(method=method, body=body):
                    self.home.write(self.OLD)
                    self.service.fault(self.ME, status=200, body=body)
                    self.assert_fails(self.finish(self.log_in(method)), "cli_response_parse_error", 1)
                    self.assertEqual(self.home.file.read_bytes(), self.OLD)
                    self.assertEqual(self.copies(), [])
                    self.assertEqual(self.active_tokens(), [])
                    self.service.fault(self.ME, status=200, body=body)
                    self.assert_fails(self.run_heygen("auth", "status"), "cli_response_parse_error", 1)

    def test_tokens_of_a_response_that_cannot_be_used_are_revoked(self):
        self.home.write(self.OLD)
        for method in ("--oauth", "--device-code"):
            for extra in ({"token_type": "mac"}, {"access_token": 7}, {"scope": "a\nb"}):
                with self.subTest(method=method, extra=extra):
                    self.service.token_extra = extra
                    self.assert_fails(self.finish(self.log_in(method)), "error", 1)
                    self.assertEqual(self.home.file.read_bytes(), self.OLD)
                    self.assertEqual([token for token in self.service.refresh if self.service.state(token) == "active"], [])

    def test_a_refusal_of_any_token_request_says_to_log_in_again(self):
        self.home.write(self.OLD)
        for method in ("--oauth", "--device-code"):
            for status, body in ((400, {"error": "invalid_grant"}), (401, "<html>"), (403, ""), (401, {"error": "invalid_client"})):
                with self.subTest(method=method, status=status, body=body):
                    self.service.fault(TOKEN, status=status, body=body)
                    done = self.assert_fails(self.finish(self.log_in(method)), "error", 1)
                    self.assertIn(f"og in again with `heygen auth login {method}`", done.error()["hint"])
                    self.assertEqual("HEYGEN_OAUTH_CLIENT_ID" in done.error()["hint"], "invalid_client" in str(body))
                    self.assertEqual(self.home.file.read_bytes(), self.OLD)

    def test_a_logout_that_asks_no_server_says_so_and_why(self):
        tokens = self.service.mint()
        far = {"HEYGEN_OAUTH_REVOKE_URL": "http://far.example.test/revoke", "HEYGEN_ALLOW_HTTP": "1"}
        cases = (
            ({"expires_at": 1893456000}, {}, "expires_at is not a string"),
            ({}, far, "http://far.example.test is neither https nor on this machine"),
        )
        for members, env, why in cases:
            with self.subTest(why):
                self.home.write_oauth(tokens, **members)
                done = self.assert_succeeds(self.run_heygen("auth", "logout", env=env))
                self.assertIn("no server was asked to revoke the credential", done.err)
                self.assertIn(why, done.err)
                self.assertNotIn("did not confirm", done.out + done.err)
                self.assertNotIn("revoked", done.json())
                self.assertFalse(self.service.requests_to(REVOKE))

    def test_the_page_promises_no_more_than_has_happened(self):
        for status, code in ((200, 0), (401, 3)):
            with self.subTest(status=status):
                if status != 200:
                    self.service.fault(self.ME, status=status, body="")
                last = self.home.browser()
                self.assertEqual(self.finish(self.start("auth", "login", "--oauth")).code, code)
                page = json.loads(eventually(lambda: last.exists() and last.read_text(), "the browser's last page"))["body"]
                self.assertNotIn("You are logged in", page)
                self.assertIn("the terminal shows whether you are logged in", page)

    def test_a_refused_first_login_leaves_no_file(self):
        self.service.fault(self.ME, status=401, body="")
        self.assert_fails(self.finish(self.log_in("--oauth")), "auth_error", 3)
        self.assertFalse(self.home.file.exists())
        self.assertEqual(self.active_tokens(), [])

    def kill_during_check(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        self.service.fault(self.ME, gate=gate)
        checks = len(self.service.requests_to(self.ME))
        running = self.log_in("--oauth")
        self.service.wait(lambda: len(self.service.requests_to(self.ME)) > checks)
        running.process.kill()
        running.process.wait()
        gate.set()

    def test_a_login_that_is_killed_during_its_check_is_finished_by_the_next_command(self):
        for old in (None, self.OLD):
            with self.subTest(old=old):
                self.home.file.unlink(missing_ok=True)
                if old:
                    self.home.write(old)
                self.kill_during_check()
                self.assertEqual(self.home.file.read_bytes() if old else self.home.file.exists(), old or False)
                modes = {path.stat().st_mode & 0o777 for path in self.home.config.iterdir() if path.name.startswith(".")}
                self.assertEqual(modes, {0o600})
                done = self.assert_succeeds(self.run_heygen("video", "list"))
                self.assertIn("that was interrupted is now stored", done.err)
                self.assertEqual(self.service.state(self.home.read()["oauth"]["refresh_token"]), "active")
                self.assertNotIn("api_key", self.home.read())
                self.assertEqual(self.copies(), [])

    def test_a_killed_login_waits_while_the_environment_has_the_credential(self):
        self.kill_during_check()
        copies = self.copies()
        done = self.assert_succeeds(self.run_heygen("video", "list", env={"HEYGEN_API_KEY": "good-key"}))
        self.assertEqual((done.err, self.copies()), ("", copies))
        self.home.write_settings("provider.disabled.apikey = true\n")
        done = self.assert_succeeds(self.run_heygen("video", "list", env={"HEYGEN_API_KEY": "good-key"}))
        self.assertIn("that was interrupted is now stored", done.err)
        self.assertEqual(self.copies(), [])

    def test_a_logout_revokes_a_login_that_was_killed_during_its_check(self):
        self.home.write(self.OLD)
        self.kill_during_check()
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertEqual(self.active_tokens(), [])
        self.assertEqual(self.copies(), [])

    def test_a_killed_login_that_a_later_one_overtakes_is_revoked_and_told(self):
        for stored_before in (None, self.OLD):
            with self.subTest(before=stored_before):
                self.home.file.unlink(missing_ok=True)
                if stored_before:
                    self.home.write(stored_before)
                self.kill_during_check()
                (overtaken,) = [token for token in self.service.refresh if self.service.state(token) == "active"]
                done = self.assert_succeeds(self.finish(self.log_in("--oauth")))
                self.assertIn("overtaken by a later login, and was revoked", done.err)
                self.assertEqual(self.service.state(overtaken), "revoked")
                self.assertEqual(self.service.state(self.home.read()["oauth"]["refresh_token"]), "active")
                self.assertEqual(self.copies(), [])
                self.assert_succeeds(self.run_heygen("auth", "logout"))

    def test_a_logout_from_a_read_only_directory_revokes_a_killed_login_and_names_its_copy(self):
        if not may_mount():
            self.skipTest("it takes root that may mount")
        self.kill_during_check()
        (copy,) = [name for name in self.copies() if "-login-" in name]
        script = f'mount --bind "{self.home.config}" "{self.home.config}" && mount -o remount,bind,ro "{self.home.config}"'
        done = self.run_heygen("auth", "logout", prefix=("unshare", "-m", "sh", "-c", script + ' && exec "$@"', "sh"))
        self.assert_fails(done, "cli_file_io_error", 1)
        self.assertIn(f"The credential is revoked, but it is still in {self.home.config / copy}", done.error()["message"])
        self.assertEqual(self.active_tokens(), [])

    def test_a_killed_login_waits_for_room_on_a_full_disk(self):
        if not may_mount():
            self.skipTest("it takes root that may mount")
        self.home.write(self.OLD)
        self.kill_during_check()
        disk, after = self.home.path / "disk", self.home.path / "after"
        for directory in (disk, after):
            directory.mkdir()
        script = f"""
            mount -t tmpfs -o size=128k,mode=0700 tmpfs "{disk}" && cp -a "{self.home.config}/." "{disk}" || exit 99
            rm -f "{disk}"/.credentials.heygen-tmp-*  # sweeping it would make room
            cat /dev/zero > "{disk}/filler" 2>/dev/null
            "$@" video list; rm "{disk}/filler"; "$@" video list; cp -a "{disk}/." "{after}"
        """
        running = self.start(env={"HEYGEN_CONFIG_DIR": str(disk)}, prefix=("unshare", "-m", "sh", "-c", script, "sh"))
        done = running.finish()
        self.assertIn("it is kept in", done.err)
        self.assertIn("that was interrupted is now stored", done.err)
        stored = json.loads((after / "credentials").read_text())
        self.assertEqual(self.service.state(stored["oauth"]["refresh_token"]), "active")
        self.assertEqual([path.name for path in after.iterdir() if path.name.startswith(".")], [])

    def test_a_login_outlives_a_disk_that_fills_up_during_its_check(self):
        if not may_mount():
            self.skipTest("it takes root that may mount")
        gate, disk, after = threading.Event(), self.home.path / "disk", self.home.path / "after"
        self.addCleanup(gate.set)
        for directory in (disk, after):
            directory.mkdir()
        go = self.home.path / "go"
        os.mkfifo(go)
        self.home.browser()
        self.service.fault(self.ME, gate=gate)
        script = f"""
            mount -t tmpfs -o size=128k,mode=0700 tmpfs "{disk}" || exit 99
            "$@" auth login --oauth & read -r line < "{go}"; cat /dev/zero > "{disk}/filler" 2>/dev/null; echo full >&2
            wait $!; echo "code $?" >&2; cp -a "{disk}/." "{after}"
        """
        running = self.start(env={"HEYGEN_CONFIG_DIR": str(disk)}, prefix=("unshare", "-m", "sh", "-c", script, "sh"))
        self.service.wait(lambda: self.service.requests_to(self.ME))
        go.write_text("go\n")
        running.line("^full$")
        gate.set()
        running.line("^code 0$")
        running.finish()
        stored = json.loads((after / "credentials").read_text())
        self.assertEqual(self.service.state(stored["oauth"]["refresh_token"]), "active")

    def test_a_login_without_a_place_asks_for_nothing(self):
        done = self.run_heygen("auth", "login", "--oauth", prefix=("sh", "-c", 'ulimit -f 0; exec "$@"', "sh"))
        self.assert_fails(done, "cli_file_io_error", 1)
        self.assertEqual(self.service.requests, [])


class Logout(WithService):
    def test_a_logout_from_a_file_that_cannot_be_written_says_that_it_is_revoked(self):
        if not may_mount():
            self.skipTest("it takes root that may mount")
        tokens = self.logged_in()
        directory = self.home.config
        script = f'mount --bind "{directory}" "{directory}" && mount -o remount,bind,ro "{directory}" && exec "$@"'
        done = self.run_heygen("auth", "logout", prefix=("unshare", "-m", "sh", "-c", script, "sh"))
        self.assert_fails(done, "cli_file_io_error", 1)
        self.assertIn("The credential is revoked, but it is still in the file.", done.error()["message"])
        self.assertEqual(self.service.state(tokens["refresh_token"]), "revoked")

    def test_a_logout_without_the_provider_says_that_nothing_was_revoked(self):
        self.logged_in()
        self.home.program = install(self.home.path / "installed", "apikey")
        done = self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertIn("was not revoked, as the provider cannot be loaded", done.err)
        self.assertEqual(self.service.requests_to(REVOKE), [])

    def test_a_logout_of_a_key_says_that_no_server_was_asked(self):
        self.home.write({"api_key": "good-key"})
        done = self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertIn("no server was asked", done.err)


class SharedFile(WithService):
    def test_directories_that_link_to_one_file_refresh_it_once(self):
        self.logged_in(PAST)
        real = self.home.path / "real"
        real.mkdir(mode=0o700)
        self.home.file.rename(real / "credentials")
        self.home.file.symlink_to(real / "credentials")
        other = self.home.path / "other"
        other.mkdir(mode=0o700)
        (other / "credentials").symlink_to(real / "credentials")
        running = [self.start("video", "list", env={"HEYGEN_CONFIG_DIR": str(d)}) for d in (self.home.config, other) * 4]
        for one in running:
            self.assert_succeeds(self.finish(one))
        self.assertEqual(len(self.service.refreshes()), 1)


class Leftovers(WithService):
    def test_only_files_of_heygens_own_name_are_swept_and_logout_sweeps_too(self):
        self.home.write({"api_key": "good-key"})
        foreign = self.home.config / ".credentials.backup"
        foreign.write_text("mine")
        alike = self.home.config / ".credentials.heygen-old"
        alike.write_text("mine")
        ours = self.home.config / ".credentials.heygen-tmp-4711-AbC123"
        ours.write_text("{")
        self.assert_succeeds(self.run_heygen("auth", "logout"))
        self.assertTrue(foreign.exists())
        self.assertTrue(alike.exists())
        self.assertFalse(ours.exists())


class RootAtWork(WithService):
    def test_root_leaves_files_that_belong_to_the_owner_of_the_directory(self):
        if os.geteuid():
            self.skipTest("it takes root")
        user = 12345
        os.chown(self.home.path, user, user)
        self.assert_succeeds(self.run_heygen("auth", "login", "--api-key", stdin="good-key"))
        owners = {path.name: path.stat().st_uid for path in [self.home.config, *self.home.config.iterdir()]}
        self.assertEqual(set(owners.values()), {user}, owners)


if __name__ == "__main__":
    unittest.main()
