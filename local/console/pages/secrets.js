// The secrets: their versions, and rotating one. Values are not shown.

import { button, code, element, heading, quiet, say } from './elements.js'
import { clock } from './format.js'
import { row, table, update } from './rows.js'
import { act, path, read } from './stack.js'

export async function show(content, { signal }) {
  const secrets = await read('secrets', signal)
  if (secrets.length === 0) return content.append(quiet('The template has no secrets.'))
  content.append(quiet('Values are not shown.'))
  for (const secret of secrets) {
    const list = table(`Versions of ${secret.name}, newest first`, [['Version', 'wide'], ['Labels'], ['Made']])
    const draw = one => update(list.body, one.versions, version => version.id, version =>
      row(list, [code(version.id), version.stages.join(', ') || 'none', clock(version.created)]))
    draw(secret)
    const rotate = button('Rotate', async () => {
      const { versionId } = await act('POST', path('secrets', secret.name, 'rotate'))
      say(`${secret.name} has the new version ${versionId}.`)
      draw((await read('secrets', signal)).find(one => one.name === secret.name))
    }, { 'aria-label': `Rotate ${secret.name}` })
    content.append(element('section', { 'aria-label': secret.name }, heading(2, secret.name), list.whole,
      secret.generated ? rotate : quiet('The template gives its value: change it there.')))
  }
}
