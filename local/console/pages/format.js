// Numbers and times as people read them.

export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return '…'
  if (milliseconds < 1) return `${milliseconds.toFixed(2)} ms`
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 10_000) return `${Math.round(milliseconds)} ms`
  return period(milliseconds / 1000)
}

export function period(seconds) {
  const units = [['day', 86_400], ['hour', 3_600], ['minute', 60]]
  for (const [name, length] of units) {
    if (seconds >= length && seconds % length === 0) return counted(seconds / length, name)
  }
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(1)} s`
}

export function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB']
  let unit = 0
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1000
    unit++
  }
  return `${unit === 0 ? count : count.toFixed(1)} ${units[unit]}`
}

export function counted(count, name) {
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

/// A moment in the time zone of whoever looks.
export function clock(moment) {
  const date = new Date(moment)
  if (Number.isNaN(date.getTime())) return ''
  const time = date.toLocaleTimeString([], { hour12: false })
  return date.toDateString() === new Date().toDateString() ? time : `${date.toLocaleDateString()} ${time}`
}

/// A function's name: of itself, or of its ARN.
export function functionName(text) {
  return /^arn:aws:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(text)?.[1] ?? text
}
