// Where the map's nodes are: columns in the direction in which a request runs, each ordered so that few arrows cross.

export const WIDTH = 228
export const HEIGHT = 26
const GAP = 70
const STEP = 34
const TOP = 30

/// The columns' titles, in their order.
export const COLUMNS = ['Entrances', 'Called', 'Data', 'Stream readers', 'Queues', 'Consumers', 'Ends']

export function layout({ nodes, arrows }) {
  const columns = COLUMNS.map(() => [])
  for (const node of nodes) columns[column(node, arrows)].push(node)
  const used = columns.map((members, index) => ({ members, title: COLUMNS[index] })).filter(one => one.members.length > 0)
  order(used.map(one => one.members), arrows)
  const places = new Map()
  const tallest = Math.max(...used.map(one => one.members.length))
  used.forEach(({ members }, index) => {
    // Short columns spread over the height of the tallest.
    const step = Math.min(4 * STEP, (tallest * STEP) / members.length)
    members.forEach((node, row) => {
      places.set(node.id, { node, column: index, x: 4 + index * (WIDTH + GAP), y: TOP + row * step + (step - STEP) / 2 })
    })
  })
  return {
    places,
    titles: used.map((one, index) => ({ title: one.title, x: 4 + index * (WIDTH + GAP) })),
    width: used.length * (WIDTH + GAP) - GAP + 8 + 40,
    height: TOP + tallest * STEP + 8,
  }
}

function column(node, arrows) {
  const into = what => arrows.some(arrow => arrow.to === node.id && arrow.what === what)
  switch (node.kind) {
    case 'api': case 'schedule': return 0
    case 'table': case 'secret': return 2
    case 'queue': return arrows.some(arrow => arrow.from === node.id && arrow.what === 'feeds') ? 4 : 6
    case 'mail': return 6
    default:
      if (into('streams to')) return 3
      return into('feeds') ? 5 : 1
  }
}

/// Moves each node towards the middle of its neighbours in other columns, a few times over.
function order(columns, arrows) {
  for (let round = 0; round < 6; round++) {
    const place = new Map(columns.flatMap(members => members.map((node, row) => [node.id, row / members.length])))
    const home = new Map(columns.flatMap((members, index) => members.map(node => [node.id, index])))
    for (const members of columns) {
      const middle = node => {
        const near = arrows.filter(arrow => arrow.from === node.id || arrow.to === node.id)
          .map(arrow => arrow.from === node.id ? arrow.to : arrow.from)
          .filter(id => home.get(id) !== home.get(node.id))
        return near.length === 0 ? place.get(node.id) : near.reduce((sum, id) => sum + place.get(id), 0) / near.length
      }
      const middles = new Map(members.map(node => [node.id, middle(node)]))
      members.sort((a, b) => middles.get(a.id) - middles.get(b.id))
    }
  }
}

/// The line of an arrow: from the right side of a node to the left side of another, or around the right side within a
/// column and back.
export function line(from, to) {
  const [y1, y2] = [from.y + HEIGHT / 2, to.y + HEIGHT / 2]
  const start = from.x + WIDTH
  if (from.column < to.column) {
    const bend = Math.max(40, (to.x - start) / 2)
    return `M${start} ${y1} C${start + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`
  }
  if (from.column === to.column) return `M${start} ${y1} C${start + 40} ${y1} ${start + 40} ${y2} ${start} ${y2}`
  const end = to.x + WIDTH
  const bend = Math.max(40, (from.x - end) / 2)
  return `M${from.x} ${y1} C${from.x - bend} ${y1} ${end + bend} ${y2} ${end} ${y2}`
}
