// The entries of a story as bars over time, and as a list.

import { address } from './address.js'
import { element, link, quiet } from './elements.js'
import { duration, functionName } from './format.js'
import { row, table } from './rows.js'

/// The page of what an entry is about.
const PAGES = { invocation: 'functions', invoke: 'functions', authorizer: 'functions', table: 'tables', stream: 'tables', queue: 'queues' }

/// Entries in the order of a tree, each with its depth.
export function ordered(entries) {
  const ids = new Set(entries.map(one => one.id))
  const children = new Map()
  for (const one of entries) {
    const parent = ids.has(one.parent) ? one.parent : null
    children.set(parent, [...children.get(parent) ?? [], one])
  }
  const found = []
  const seen = new Set()
  const walk = (parent, depth) => {
    const sorted = (children.get(parent) ?? []).sort((a, b) => a.startMs - b.startMs)
    for (const one of sorted) {
      if (seen.has(one.id)) continue
      seen.add(one.id)
      found.push({ ...one, depth })
      walk(one.id, depth + 1)
    }
  }
  walk(null, 0)
  return found
}

export function waterfall(parent, entries, story, pick) {
  const end = one => one.startMs + (one.durationMs ?? 0)
  const length = Math.max(1, story.durationMs ?? 0, ...entries.map(end))
  const lines = entries.map(one => {
    const bar = element('span', { class: `bar-of ${tone(one)}`, 'aria-hidden': 'true' })
    // A property, not an attribute: the page's policy allows no inline style.
    bar.style.setProperty('left', `${100 * one.startMs / length}%`)
    bar.style.setProperty('width', `${100 * (one.durationMs ?? length - one.startMs) / length}%`)
    const name = element('span', { class: 'entry-name' }, label(one))
    name.style.setProperty('padding-left', `${Math.min(one.depth, 8) * 0.9}rem`)
    const button = element('button', { type: 'button', class: 'entry', 'data-entry': one.id, 'aria-pressed': 'false' },
      name, element('span', { class: 'lane' }, bar), element('span', { class: 'entry-time' }, told(one)))
    button.addEventListener('click', () => pick(one))
    return element('li', {}, button)
  })
  parent.replaceChildren(
    quiet(`From the call to its last effect: ${duration(length)}. Choose an entry to see its payloads and log lines.`),
    element('ol', { class: 'waterfall', 'aria-label': 'Entries, each after what caused it' }, lines))
}

export function list(parent, entries, pick) {
  const all = table('Entries in the order of their start',
    [['Start', 'number'], ['Kind'], ['Name', 'wide'], ['Took', 'number'], ['Outcome'], ['What', 'wide'], ['Action']])
  for (const one of [...entries].sort((a, b) => a.startMs - b.startMs)) {
    const button = element('button', { type: 'button', 'data-entry': one.id, 'aria-pressed': 'false' }, 'Show')
    button.setAttribute('aria-label', `Show ${one.kind} ${one.name}`)
    button.addEventListener('click', () => pick(one))
    all.body.append(row(all, [
      duration(one.startMs), one.kind, named(one), duration(one.durationMs),
      element('span', { class: tone(one) === 'fine' ? null : tone(one) }, outcome(one)), digest(one), button,
    ]))
  }
  parent.replaceChildren(all.whole)
}

/// The name, as a link to what it is the name of.
export function named(one) {
  const { function: called, table, queue } = one.details ?? {}
  const subject = called ? functionName(called) : table ?? queue ?? one.name
  if (one.kind === 'mail' && one.details?.id) return link(address(['mails', one.details.id]), one.name)
  const page = PAGES[one.kind]
  return page ? link(address([page, subject]), one.name) : one.name
}

export function outcome(one) {
  return { ok: 'ok', error: 'error', denied: 'denied by IAM', conditionFailed: 'condition failed', retried: 'tried again' }[one.outcome] ?? one.outcome
}

function tone(one) {
  if (one.outcome === 'ok') return 'fine'
  return one.outcome === 'error' || one.outcome === 'denied' ? 'bad' : 'warn'
}

/// What the bar and the row of an entry are called.
function label(one) {
  const { cold, cached, initMs } = one.details ?? {}
  const start = cold ? `, cold start${initMs === undefined ? '' : ` ${duration(initMs)}`}` : cached ? ', from its cache' : ''
  const name = one.kind === 'invoke' && one.details?.function ? functionName(one.details.function) : one.name
  return `${one.kind} ${name}${start}`
}

/// How long it took, and how it ended where that is not well.
function told(one) {
  return one.outcome === 'ok' ? duration(one.durationMs) : `${duration(one.durationMs)}, ${outcome(one)}`
}

/// The details in a line.
export function digest(one) {
  const shown = Object.entries(one.details ?? {}).filter(([, value]) => value !== null && value !== '' && value !== false)
  return shown.slice(0, 6).map(([name, value]) => `${words(name)}: ${typeof value === 'object' ? JSON.stringify(value) : value}`).join('; ').slice(0, 240)
}

/// `maxMemoryMb` as words: `max memory (MB)`.
export function words(name) {
  const units = name.replace(/Mb$/, ' (MB)').replace(/Ms$/, ' (ms)')
  return units.replace(/([a-z])([A-Z])/g, (_, before, after) => `${before} ${after.toLowerCase()}`)
}
