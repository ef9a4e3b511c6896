// Ends by itself when it is spoken to, and says why.
process.on('message', () => {
  throw new Error('what nobody has thought of')
})
