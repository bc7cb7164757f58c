// What flows through the system now: counts of the stack, and the arrows that the newest stories went along.

import { functionName } from './format.js'
import { every } from './live.js'
import { read } from './stack.js'

/// How long an arrow counts as used, in milliseconds.
const USED_FOR = 8000

/// How many new stories are looked into at a time.
const STORIES = 5

/// Calls `told` with `{numbers, used}`, by node and by `from to`, until the page is left.
export async function follow(map, signal, told) {
  const known = new Set(map.arrows.map(arrow => `${arrow.from} ${arrow.to}`))
  const api = map.nodes.find(node => node.kind === 'api')?.id
  const used = new Map()
  let latest = null
  await every(1500, signal, async () => {
    const numbers = await counts(signal)
    const answer = await stories(latest, signal)
    for (const { id } of latest === null ? [] : answer.stories.slice(-STORIES)) {
      const story = await read(`stories/${encodeURIComponent(id)}`, signal)
      for (const arrow of arrows(story, api)) if (known.has(arrow)) used.set(arrow, Date.now())
    }
    latest = answer.latest
    for (const [arrow, at] of used) if (Date.now() - at > USED_FOR) used.delete(arrow)
    told({ numbers, used })
  })
}

/// The newest stories; none where the stack records none.
async function stories(after, signal) {
  try {
    return await read(`stories?after=${after ?? Number.MAX_SAFE_INTEGER}`, signal)
  } catch (failure) {
    if (failure.status !== 404) throw failure
    return { latest: after, stories: [] }
  }
}

async function counts(signal) {
  const [instances, queues, tables] = await Promise.all(['instances', 'queues', 'tables'].map(what => read(what, signal)))
  const numbers = new Map()
  for (const one of instances.filter(one => one.busy)) {
    const id = `function/${one.function}`
    numbers.set(id, (numbers.get(id) ?? 0) + 1)
  }
  for (const queue of queues) {
    const all = queue.visible + queue.inFlight + queue.delayed
    if (all > 0) numbers.set(`queue/${queue.name}`, all)
  }
  for (const { name, readers } of tables) {
    const behind = Math.max(0, ...readers.map(reader => reader.behind))
    if (behind > 0) numbers.set(`table/${name}`, behind)
  }
  return new Map([...numbers].map(([id, count]) => [id, String(count)]))
}

/// The arrows that a story went along, each as `from to`.
function arrows(story, api) {
  const entries = new Map(story.entries.map(one => [one.id, one]))
  const found = new Set()
  for (const one of story.entries) {
    const parent = entries.get(one.parent)
    for (const to of nodes(one, api)) {
      const origins = parent ? nodes(parent, api) : story.kind === 'schedule' ? [to.replace('function/', 'schedule/')] : []
      for (const from of origins) {
        found.add(`${from} ${to}`)
        // A message that is received, and a record that is read, go the other way.
        found.add(`${to} ${from}`)
      }
    }
  }
  return found
}

/// The map's nodes that an entry is about.
function nodes({ kind, name, details }, api) {
  // A call's name is its action and what it names: `TransactWriteItems HoldsTable, ProductsTable`.
  const named = name.replace(/^\S+ /, '').split(', ')
  switch (kind) {
    case 'api': return api ? [api] : []
    case 'invocation': case 'invoke': case 'authorizer': return [`function/${functionName(details?.function ?? name)}`]
    case 'table': case 'stream': return named.map(table => `table/${table}`)
    case 'queue': return named.map(queue => `queue/${queue}`)
    case 'secret': return named.map(secret => `secret/${secret}`)
    case 'mail': return ['mail/mail']
    default: return []
  }
}
