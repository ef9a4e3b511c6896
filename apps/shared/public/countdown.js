const serverNow = document.querySelector('[data-now]')?.dataset.now
const aheadMs = serverNow === undefined ? 0 : Number(serverNow) - Date.now()
const times = [...document.querySelectorAll('[data-countdown]')]

function show() {
  for (const time of times) {
    const leftMs = Date.parse(time.dateTime) - Date.now() - aheadMs
    time.textContent = leftMs > 0 ? `in ${format(leftMs)}` : 'expired'
  }
}

function format(ms) {
  const seconds = Math.floor(ms / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map(part => String(part).padStart(2, '0')).join(':')
}

if (times.length > 0) {
  show()
  setInterval(show, 1000)
}
