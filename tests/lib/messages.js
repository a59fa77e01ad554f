// messages.js - PostgreSQL's wire protocol, cut into messages.
'use strict'

// Takes bytes, calls found(type, body, whole) for each whole message. With typed false the first has no type ('startup'),
// as what a client sends first.
exports.splitMessages = (typed, found) => {
  let kept = Buffer.alloc(0)
  return (data) => {
    kept = Buffer.concat([kept, data])
    for (;;) {
      const head = typed ? 1 : 0
      if (kept.length < head + 4 || kept.length < head + kept.readUInt32BE(head)) return
      const size = head + kept.readUInt32BE(head)
      const type = typed ? String.fromCharCode(kept[0]) : 'startup'
      const whole = kept.subarray(0, size)
      kept = kept.subarray(size)
      typed = true
      found(type, whole.subarray(head + 4), whole)
    }
  }
}
