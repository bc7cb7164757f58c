// What the console asks the stack: its controls, under `/_local/`.

const ROOT = '/_local/'

/// Reads a control.
export function read(path, signal) {
  return call('GET', path, undefined, signal)
}

/// Makes a control act.
export function act(method, path, body) {
  return call(method, path, body)
}

/// A path of parts that may have any characters.
export function path(...parts) {
  return parts.map(encodeURIComponent).join('/')
}

export class Failure extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

async function call(method, path, body, signal) {
  const response = await fetch(ROOT + path, {
    method,
    // The header that no page of another origin can send without asking first.
    headers: { 'x-local-stack': '1' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  })
  const text = await response.text()
  let answer = null
  try {
    answer = text === '' ? null : JSON.parse(text)
  } catch {
    throw new Failure(response.status, text.slice(0, 200))
  }
  if (!response.ok) throw new Failure(response.status, answer?.error ?? `status ${response.status}`)
  return answer
}
