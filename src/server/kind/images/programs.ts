/** What runs in the containers that stand in for images of the course: small programs of the public Python image. */

/** Answers as the course's model server does, on a port, after a load time. A command of its own is run instead. */
export const serverProgram = `
import http.server, json, os, signal, socket, sys, threading, time
port, load, version, score = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], float(sys.argv[4])
own = sys.argv[5:]
if own and not own[0].startswith('python'): os.execvp(own[0], own)
env = os.environ
def number(name, other):
  try: return float(env.get(name, ''))
  except ValueError: return other
port, load, version = int(number('PORT', port)), number('LOAD_SECONDS', load), env.get('MODEL_VERSION', version)
limit, features, drain = number('MAX_BODY_KB', None), int(number('CONTRACT_FEATURES', 0)), number('DRAIN_SECONDS', 0)
start, stop = time.time(), threading.Event()
class Handler(http.server.BaseHTTPRequestHandler):
  def answer(self, status, body, kind='application/json'):
    data = (body if isinstance(body, str) else json.dumps(body, separators=(',', ':')) + chr(10)).encode()
    self.send_response(status); self.send_header('Content-Type', kind); self.send_header('Content-Length', str(len(data)))
    self.send_header('X-Podflight-Pod', socket.gethostname()); self.end_headers(); self.wfile.write(data)
  def do_GET(self):
    size = int(self.headers.get('Content-Length') or 0); body = self.rfile.read(size)
    path, ready = self.path.split('?')[0], time.time() - start >= load
    if path == '/live': self.answer(200, 'live' + chr(10), 'text/plain')
    elif path in ('/ready', '/health'): self.answer(200 if ready else 503, ('ready' if ready else 'loading model') + chr(10), 'text/plain')
    elif path == '/version': self.answer(200, {'model_version': version})
    elif path == '/config': self.answer(200, {'workers': int(number('WORKERS', 1)), 'max_body_kb': limit and int(limit), 'contract_check': env.get('CONTRACT_CHECK') != 'off'})
    elif path == '/metrics': self.answer(200, 'model_loaded %d' % ready + chr(10), 'text/plain')
    elif path != '/predict': self.answer(404, {'error': 'not found'})
    elif not ready: self.answer(503, {'error': 'model is loading'})
    elif limit is not None and size / 1000 > limit: self.answer(413, {'error': 'payload too large', 'max_kb': int(limit)})
    else:
      try: given = json.loads(body).get('features')
      except Exception: given = None
      if features and isinstance(given, list) and len(given) != features and env.get('CONTRACT_CHECK') != 'off':
        self.answer(422, {'error': 'expected %d features, got %d' % (features, len(given))})
      else: self.answer(200, {'label': 'positive', 'score': score, 'model_version': version, 'pod': socket.gethostname()})
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

/** Works for some seconds, says what it does and ends with 0. A command of its own is run instead. */
export const workerProgram = `
import os, sys, time
name, seconds, own = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
if own and not own[0].startswith('python'): os.execvp(own[0], own)
print('INFO %s started' % name, flush=True)
time.sleep(seconds)
print('INFO %s done' % name, flush=True)
`.trimStart()

/** Answers every request on a port. A command of its own is run instead. */
export const listenerProgram = `
import http.server, os, socket, sys
port, body, own = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
if own: os.execvp(own[0], own)
class Handler(http.server.BaseHTTPRequestHandler):
  def do_GET(self):
    self.send_response(200); self.send_header('Content-Type', 'application/json'); self.send_header('Content-Length', str(len(body)))
    self.send_header('X-Podflight-Pod', socket.gethostname()); self.end_headers(); self.wfile.write(body.encode())
  do_POST = do_PUT = do_GET
  def log_message(self, *args): pass
http.server.ThreadingHTTPServer(('', port), Handler).serve_forever()
`.trimStart()
