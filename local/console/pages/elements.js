// Elements of a page. Text is always text: no function here reads markup.

/// An element. Attributes that are `null`, `false` or `undefined` are left out; `on…` are listeners.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (typeof value === 'function') made.addEventListener(key.slice(2), value)
    else made.setAttribute(key, value === true ? '' : String(value))
  }
  made.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false))
  return made
}

export const link = (address, ...children) => element('a', { href: address }, ...children)

export const code = text => element('code', {}, text)

export const paragraph = (...children) => element('p', {}, ...children)

export const quiet = (...children) => element('p', { class: 'quiet' }, ...children)

export const heading = (level, ...children) => element(`h${level}`, {}, ...children)

/// Terms and what they stand for; pairs without a value are left out.
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
  return element('dl', {}, shown.map(([term, value]) => [element('dt', {}, term), element('dd', {}, value)]))
}

/// A button. While what it does is under way it can't be pressed again; a failure is told in the status.
export function button(text, act, attributes = {}) {
  const made = element('button', { type: 'button', ...attributes }, text)
  made.addEventListener('click', () => busy(made, act))
  return made
}

/// A form whose first button submits it.
export function form(attributes, submit, ...children) {
  const made = element('form', attributes, ...children)
  made.addEventListener('submit', event => {
    event.preventDefault()
    busy(made.querySelector('button:not([type=button])'), () => submit(made.elements))
  })
  return made
}

async function busy(button, act) {
  // `disabled` would take the focus away.
  if (button?.getAttribute('aria-disabled') === 'true') return
  button?.setAttribute('aria-disabled', 'true')
  try {
    await act()
  } catch (failure) {
    say(`That failed: ${failure.message}`)
  } finally {
    button?.removeAttribute('aria-disabled')
  }
}

export function field(label, control, attributes = {}) {
  return element('label', attributes, label, control)
}

export function select(name, options, chosen) {
  const made = element('select', { name })
  for (const option of options) {
    const [value, text] = Array.isArray(option) ? option : [option, option]
    made.append(element('option', { value, selected: value === chosen }, text))
  }
  return made
}

let silence

/// Tells everybody, those with a screen reader too, what became of an action.
export function say(text) {
  const status = document.getElementById('status')
  status.textContent = text
  clearTimeout(silence)
  silence = setTimeout(() => { status.textContent = '' }, 8000)
}
