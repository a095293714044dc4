"""`python -m local`: see launcher.py. Loading it takes a second, in which Ctrl-C must be as quiet as later."""

import sys

if __name__ == "__main__":
    try:
        from local.launcher import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
