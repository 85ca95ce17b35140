#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the catalog of API commands (catalog/*.json) into constant C++ tables.

  generate.py --output TABLES.cpp catalog/*.json

One file a group; schemas.json holds the schemas that several commands share. What is wrong is reported as
FILE:LINE: sentence, for every fault found, and nothing is written.
"""
import argparse
import sys

from generator.catalog import Catalog
from generator.writer import Writer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", help="C++ file to write; without it the catalog is only checked")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    catalog = Catalog()
    if not catalog.read(options.files):
        print("\n".join(catalog.faults.found), file=sys.stderr)
        return 1
    if options.output:
        with open(options.output, "w", encoding="utf-8") as handle:
            handle.write(Writer(catalog).file())
    return 0


if __name__ == "__main__":
    sys.exit(main())
