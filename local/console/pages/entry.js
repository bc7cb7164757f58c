// One entry of a story: its details, payloads and log lines.

import { element, facts, heading } from './elements.js'
import { clock, duration } from './format.js'
import { linked, payload } from './payload.js'
import { replay } from './replay.js'
import { named, outcome, words } from './waterfall.js'

export function details(story, one) {
  return [
    heading(2, `${one.kind} ${one.name}`),
    known(one),
    ...(one.kind === 'invocation' && one.request ? replay(story, one) : []),
  ]
}

/// What is known of an entry so far.
export function known(one) {
  const plain = Object.entries(one.details ?? {}).map(([name, value]) => [words(name), shown(value)])
  return element('div', { class: 'known' },
    facts([
      ['name', named(one)],
      ['outcome', outcome(one)],
      ['began', `${duration(one.startMs)} after the call`],
      ['took', duration(one.durationMs)],
      ...plain,
    ]),
    half('Request', one.request),
    half('Response', one.response),
    logs(one.logs ?? []))
}

function half(title, text) {
  return text === null || text === undefined || text === '' ? [] : [heading(3, title), payload(title, text)]
}

function logs(lines) {
  if (lines.length === 0) return []
  const text = lines.flatMap(({ time, line }) => [element('span', { class: 'quiet' }, `${clock(time)} `), linked(line), '\n'])
  return [heading(3, 'Log lines'), element('pre', { tabindex: '0', role: 'region', 'aria-label': 'Log lines' }, text)]
}

function shown(value) {
  if (value === null || value === undefined) return null
  if (typeof value === 'object') return element('code', {}, linked(JSON.stringify(value)))
  return element('span', {}, linked(String(value)))
}
