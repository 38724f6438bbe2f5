/**
 * What runs in the containers that stand in for images of the course: small programs of the public Python image. The first
 * parameter is the image of the course, so that no two commands are equal.
 */

/**
 * Answers as the course's model server does, on a port, after a load time. A command of its own is run instead. Its last
 * parameter is a JSON object of what the image needs at its start, as the simulator's server has it: `needs_proxy` (a port),
 * `writes` (paths), `config_file` with `config_keys` and `config_durations`, `live_after_s`.
 */
export const serverProgram = `
import http.server, json, os, re, signal, socket, sys, threading, time, urllib.request
name, port, load, version, score, needs = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4], float(sys.argv[5]), json.loads(sys.argv[6])
own = sys.argv[7:]
if own and not own[0].startswith('python'): os.execvp(own[0], own)
env = os.environ
def number(name, other):
  try: return float(env.get(name, ''))
  except ValueError: return other
port, load, version = int(number('PORT', port)), number('LOAD_SECONDS', load), env.get('MODEL_VERSION', version)
limit, features, drain = number('MAX_BODY_KB', None), int(number('CONTRACT_FEATURES', 0)), number('DRAIN_SECONDS', 0)
def fail(text):
  print(text, file=sys.stderr, flush=True); sys.exit(1)
def listed(name): return [one for one in str(needs.get(name, '')).split(',') if one]
def reads(url, timeout):
  try:
    with urllib.request.urlopen(url, timeout=timeout) as answer: return answer.status < 300
  except Exception: return False
for path in listed('writes'):
  try: open(path + '/cache.lock', 'w').close()
  except OSError as error:
    if error.errno == 30: fail("OSError: [Errno 30] Read-only file system: '%s/cache.lock'" % path)
config = needs.get('config_file')
if config and '--ignore-config' not in own:
  try: text = open(config).read()
  except OSError: fail('config: open %s: no such file or directory' % config)
  values = {key: value.strip(chr(34) + chr(39)) for key, value in re.findall(r'(?m)^[ ]*([A-Za-z0-9_.-]+):[ ]*(.*?)[ ]*$', text)}
  for key in listed('config_keys'):
    if key not in values: fail('config: missing key "%s"' % key)
  for key in listed('config_durations'):
    if key in values and not re.fullmatch(r'[0-9]+(?:[.][0-9]+)?(?:ms|s|m)', values[key]): fail('config: invalid value "%s" for %s' % (values[key], key))
if needs.get('needs_proxy') and not reads('http://localhost:%d/token' % needs['needs_proxy'], 2):
  fail('ERROR token proxy at localhost:%d: connection refused' % needs['needs_proxy'])
upstream = env.get('FEATURE_URL', '')
start, stop, hung = time.time(), threading.Event(), threading.Event()
class Handler(http.server.BaseHTTPRequestHandler):
  def answer(self, status, body, kind='application/json'):
    data = (body if isinstance(body, str) else json.dumps(body, separators=(',', ':')) + chr(10)).encode()
    self.send_response(status); self.send_header('Content-Type', kind); self.send_header('Content-Length', str(len(data)))
    self.send_header('X-Podflight-Pod', socket.gethostname()); self.end_headers(); self.wfile.write(data)
  def do_GET(self):
    size = int(self.headers.get('Content-Length') or 0); body = self.rfile.read(size)
    path, ready = self.path.split('?')[0], time.time() - start >= load
    if hung.is_set(): time.sleep(86400)
    if path == '/debug/hang' and ready: hung.set(); self.answer(200, 'hanging' + chr(10), 'text/plain')
    elif path == '/live' and time.time() - start < float(needs.get('live_after_s', 0)): self.answer(503, 'starting' + chr(10), 'text/plain')
    elif path == '/live': self.answer(200, 'live' + chr(10), 'text/plain')
    elif path in ('/ready', '/health'): self.answer(200 if ready else 503, ('ready' if ready else 'loading model') + chr(10), 'text/plain')
    elif path == '/version': self.answer(200, {'model_version': version})
    elif path == '/config': self.answer(200, {'workers': int(number('WORKERS', 1)), 'max_body_kb': limit and int(limit), 'contract_check': env.get('CONTRACT_CHECK') != 'off', 'log_level': env.get('LOG_LEVEL', 'info'), 'threshold': env.get('THRESHOLD', '0.50')})
    elif path == '/metrics': self.answer(200, 'model_loaded %d' % ready + chr(10), 'text/plain')
    elif path != '/predict': self.answer(404, {'error': 'not found'})
    elif not ready: self.answer(503, {'error': 'model is loading'})
    elif limit is not None and size / 1000 > limit: self.answer(413, {'error': 'payload too large', 'max_kb': int(limit)})
    else:
      try: given = json.loads(body).get('features')
      except Exception: given = None
      if features and isinstance(given, list) and len(given) != features and env.get('CONTRACT_CHECK') != 'off':
        self.answer(422, {'error': 'expected %d features, got %d' % (features, len(given))})
      else: self.answer(200, {'label': 'positive', 'score': score, 'model_version': version, **({'fallback': not reads(upstream, 1)} if upstream else {}), 'pod': socket.gethostname()})
  do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_GET
  def log_message(self, *args): pass
def end(*args):
  print('INFO SIGTERM, draining' if drain else 'INFO SIGTERM, bye', flush=True)
  threading.Timer(drain, stop.set).start()
signal.signal(signal.SIGTERM, end)
print('INFO server listens on :%d' % port, flush=True); print('INFO loading model %s' % version, flush=True)
server = http.server.ThreadingHTTPServer(('', port), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
def loaded(): print('INFO model %s loaded in %.1f s' % (version, load), flush=True)
timer = threading.Timer(load, loaded); timer.daemon = True; timer.start()
stop.wait()
`.trimStart()

/**
 * Works for some seconds, says what it does and ends with 0. A command of its own is run instead. With an address as third
 * parameter it first asks a data store there, in the name of its Job, and ends with 1 when that refuses.
 */
export const workerProgram = `
import os, socket, sys, time, urllib.request
name, seconds, store, own = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4:]
if own and not own[0].startswith('python'): os.execvp(own[0], own)
if store:
  try: urllib.request.urlopen('%s/batches?run=%s' % (store, socket.gethostname().rpartition('-')[0]), timeout=5).close()
  except Exception as error:
    print('ConnectionError: data store: %s' % error, file=sys.stderr, flush=True); sys.exit(1)
print('INFO %s started' % name, flush=True)
time.sleep(seconds)
print('INFO %s done' % name, flush=True)
`.trimStart()

/** A data store that refuses so many requests of each run first. A command of its own is run instead. */
export const storeProgram = `
import http.server, os, sys, urllib.parse
name, port, failures, own = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
if own: os.execvp(own[0], own)
asked = {}
class Handler(http.server.BaseHTTPRequestHandler):
  def do_GET(self):
    run = (urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query).get('run') or [''])[0]
    asked[run] = asked.get(run, 0) + 1
    refused = run != '' and asked[run] <= failures
    body = b'replica is catching up' if refused else b'ok'
    self.send_response(503 if refused else 200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
  def log_message(self, *args): pass
http.server.ThreadingHTTPServer(('', port), Handler).serve_forever()
`.trimStart()

/** Answers every request on a port. A command of its own is run instead. */
export const listenerProgram = `
import http.server, os, socket, sys
name, port, body, own = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
if own: os.execvp(own[0], own)
class Handler(http.server.BaseHTTPRequestHandler):
  def do_GET(self):
    self.send_response(200); self.send_header('Content-Type', 'application/json'); self.send_header('Content-Length', str(len(body)))
    self.send_header('X-Podflight-Pod', socket.gethostname()); self.end_headers(); self.wfile.write(body.encode())
  do_POST = do_PUT = do_GET
  def log_message(self, *args): pass
http.server.ThreadingHTTPServer(('', port), Handler).serve_forever()
`.trimStart()
