import signal
import sys

from ingest.cli import main

signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly when the reader of a pipe has read enough
sys.exit(main())
