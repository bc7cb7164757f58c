// One table: items of a key, a page of all, and one item as it is.

import { address, setQuery } from './address.js'
import { button, element, facts, field, form, heading, link, quiet, select } from './elements.js'
import { payload, plain } from './payload.js'
import { row, table } from './rows.js'
import { act, path, read } from './stack.js'
import { keyText, stream } from './tables.js'

const OPERATORS = ['=', '<', '<=', '>', '>=', ['begins_with', 'begins with']]

export const title = ([name]) => `Table ${name}`

export async function show(content, { path: [name], query, signal }) {
  const found = (await read('tables', signal)).find(one => one.name === name)
  if (!found) throw new Error('There is no such table.')
  const chosen = query.get('index') ?? ''
  const index = select('index', [['', 'the table'], ...found.indexes.map(one => [one.name, one.name])], chosen)
  const partition = element('input', { name: 'partition', value: query.get('partition') ?? '', size: 30, autocomplete: 'off' })
  const operator = select('operator', OPERATORS, query.get('operator') ?? '=')
  const sort = element('input', { name: 'sort', value: query.get('sort') ?? '', size: 24, autocomplete: 'off' })
  const descending = element('input', { name: 'descending', type: 'checkbox', checked: query.has('descending') })
  const names = [element('span'), element('span')]
  const sorting = [field('Condition', operator), field(names[1], sort)]
  const nameKeys = () => {
    const key = index.value === '' ? found.key : found.indexes.find(one => one.name === index.value).key
    names[0].textContent = `Partition key ${keyText(key.slice(0, 1))}`
    names[1].textContent = key[1] ? `Sort key ${keyText(key.slice(1))}` : 'Sort key'
    for (const part of sorting) part.hidden = key.length < 2
  }
  index.addEventListener('change', nameKeys)
  nameKeys()

  const items = element('section', { 'aria-label': 'Items' })
  const item = element('section', { 'aria-label': 'Chosen item' })
  const ask = async start => {
    const asked = { partition: partition.value, sort: sort.value, operator: operator.value, index: index.value, descending: descending.checked ? '1' : '' }
    if (asked.partition === '') Object.assign(asked, { sort: '', operator: '', descending: '' })
    if (asked.sort === '') asked.operator = ''
    setQuery(['tables', name], asked)
    const page = await act('POST', path('tables', name, 'query'), body(asked, start))
    draw(items, item, found, page, () => ask(page.next))
    if (start !== undefined) items.querySelector('h2').focus()
  }
  content.append(
    facts([
      ['Key', keyText(found.key)], ['Items', String(found.items ?? '')], ['Stream', stream(found)],
      ['Time to live', found.timeToLive],
      ['Stories that name it', link(address(['stories'], { q: name }), 'find')],
    ]),
    form({ 'aria-label': 'Query' }, () => ask(null), field('Read', index), field(names[0], partition), sorting,
      field(descending, 'greatest first', { class: 'inline' }), element('button', { class: 'main' }, 'Read items')),
    quiet('Without a partition key this reads a page of all items. A look is not counted, and costs no capacity.'),
    items, item)
  await ask()
}

function body(asked, start) {
  return {
    ...(asked.index && { index: asked.index }),
    ...(asked.partition && { partition: asked.partition, descending: asked.descending === '1' }),
    ...(asked.sort && { sort: { operator: asked.operator, value: asked.sort } }),
    ...(start && { start }),
  }
}

function draw(items, item, table_, page, next) {
  item.replaceChildren()
  const head = heading(2, page.items.length === 0 ? 'No items' : `${page.items.length} items`)
  head.tabIndex = -1
  if (page.items.length === 0) return items.replaceChildren(head)
  const key = table_.key.map(part => part.attribute)
  const other = [...new Set(page.items.flatMap(Object.keys))].filter(name => !key.includes(name)).slice(0, 4)
  const list = table(`Items of ${table_.name}`, [...key, ...other].map(name => [name, 'wide']))
  for (const one of page.items) {
    const cells = [...key, ...other].map(name => one[name] === undefined ? '–' : short(plain(one[name])))
    const look = button(cells[0], () => {
      const top = heading(2, 'Item')
      top.tabIndex = -1
      item.replaceChildren(top, payload('Item', JSON.stringify(plain({ M: one }))))
      top.focus()
    }, { class: 'plain' })
    list.body.append(row(list, [look, ...cells.slice(1)]))
  }
  items.replaceChildren(head, list.whole, ...(page.next ? [button('Next page', next)] : []))
}

function short(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
