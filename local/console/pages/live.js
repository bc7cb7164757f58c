// Pages that stay up to date.

/// Runs `work` now and every some milliseconds until `signal` aborts; not while the tab is hidden. When the stack is
/// gone, `lost` is called with the failure and it is tried again.
export async function every(milliseconds, signal, work, lost = () => {}) {
  while (!signal.aborted) {
    await visible(signal)
    if (signal.aborted) return
    try {
      await work()
    } catch (failure) {
      if (signal.aborted) return
      lost(failure)
      await pause(1000, signal)
    }
    await pause(milliseconds, signal)
  }
}

export function pause(milliseconds, signal) {
  return new Promise(done => {
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', () => { clearTimeout(timer); done() }, { once: true })
  })
}

/// Waits until somebody can see the page.
export function visible(signal) {
  if (!document.hidden) return Promise.resolve()
  return new Promise(done => {
    const look = () => {
      if (document.hidden && !signal.aborted) return
      document.removeEventListener('visibilitychange', look)
      done()
    }
    document.addEventListener('visibilitychange', look)
    signal.addEventListener('abort', look, { once: true })
  })
}
