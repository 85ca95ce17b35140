#!/usr/bin/env python3
"""Turns the catalogue of API commands (catalogue/*.json) into constant C++ tables.

  generate.py --output TABLES.cpp catalogue/*.json

One file a group; schemas.json holds the schemas that several commands share. What is wrong is reported as
FILE:LINE: sentence, for every fault found, and nothing is written.
"""
import argparse
import sys

from generator.catalogue import Catalogue
from generator.writer import Writer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", help="C++ file to write; without it the catalogue is only checked")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    catalogue = Catalogue()
    if not catalogue.read(options.files):
        print("\n".join(catalogue.faults.found), file=sys.stderr)
        return 1
    if options.output:
        with open(options.output, "w", encoding="utf-8") as handle:
            handle.write(Writer(catalogue).file())
    return 0


if __name__ == "__main__":
    sys.exit(main())
