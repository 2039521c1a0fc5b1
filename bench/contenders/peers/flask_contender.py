import json
import os

from flask import Flask
from flask_caching import Cache

with open(os.environ["BENCH_BODY"]) as body:
    VALUE = json.load(body)

app = Flask(__name__)
cache = Cache(app, config={"CACHE_TYPE": "SimpleCache"})
runs = 0


@app.get("/friends")
@cache.cached(timeout=3600)
def friends():
    global runs
    runs += 1
    text = json.dumps(VALUE, separators=(",", ":"), ensure_ascii=False)
    return app.response_class(text, mimetype="application/json")


@app.get("/runs")
def handler_runs():
    return str(runs)
