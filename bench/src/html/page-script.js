const button = document.querySelector('#download')
button.hidden = false
button.addEventListener('click', () => {
  const json = document.querySelector('#results').textContent
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([json], { type: 'application/json' }))
  link.download = button.dataset.file
  link.click()
})
