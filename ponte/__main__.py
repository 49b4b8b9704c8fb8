"""`python -m ponte` is the `ponte` command."""

import sys

from ponte.cli import main

sys.exit(main())
