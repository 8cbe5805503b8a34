"""``python -m firing_analyzer``, the same as ``firing-analyzer``."""

import sys

from firing_analyzer.cli import main

if __name__ == "__main__":
    sys.exit(main())
