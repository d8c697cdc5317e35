"""`vllm` that ends with whoever started it: when standard input closes, this process and all of its children are killed. A test
run that is itself killed therefore leaves no server behind. Must be started as the leader of its own process group.

usage: serve.py serve MODEL [flags of vllm]
"""

import os
import signal
import sys
import threading


def end_with_parent():
    while os.read(0, 4096):
        pass
    os.killpg(0, signal.SIGKILL)


# vLLM starts its engine in processes that import this file again.
if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    from vllm.entrypoints.cli.main import main

    sys.exit(main())
