// Payloads: JSON with line breaks, and ids that lead to the stories that name them.

import { address } from './address.js'
import { element, link } from './elements.js'

/// UUIDs, the root of a trace, and the gateway's ids of requests.
const IDS = new RegExp([
  '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  '1-[0-9a-f]{8}-[0-9a-f]{24}',
  '(?<![\\w+/-])[\\w-]{15}=(?![\\w=])',
].join('|'), 'gi')

/// JSON on several lines; any other text as it is.
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/// A text in which each id is a link.
export function linked(text) {
  const parts = []
  let from = 0
  for (const found of text.matchAll(IDS)) {
    parts.push(text.slice(from, found.index), link(address(['stories'], { q: found[0] }), found[0]))
    from = found.index + found[0].length
  }
  parts.push(text.slice(from))
  return parts
}

/// A payload in a box that can be scrolled by keyboard.
export function payload(label, text) {
  return element('pre', { tabindex: '0', role: 'region', 'aria-label': label }, linked(pretty(text)))
}

/// Saves a text as a file.
export function save(name, text) {
  const place = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const made = element('a', { href: place, download: name })
  document.body.append(made)
  made.click()
  made.remove()
  URL.revokeObjectURL(place)
}

/// An item as plain JSON, without DynamoDB's types.
export function plain(value) {
  // What is masked has no type.
  if (typeof value !== 'object') return value
  const [[type, content]] = Object.entries(value)
  switch (type) {
    case 'N': return Number.isSafeInteger(Number(content)) ? Number(content) : content
    case 'NULL': return null
    case 'M': return Object.fromEntries(Object.entries(content).map(([name, member]) => [name, plain(member)]))
    case 'L': return content.map(plain)
    default: return content
  }
}
