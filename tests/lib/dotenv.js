// node dotenv.js write FOLDER SEED: random .env files, FOLDER/0 and so on, and beside each, as NAME.expected, what this
// Node's --env-file makes of it. Where Node's releases contradict each other or themselves is left out.
const fs = require('fs')
const { parseEnv } = require('util')

const [folder, seed] = process.argv.slice(2)
const release = Number(process.versions.node.split('.')[0])
const pieces = ['A', 'B', 'C=', '=', '"', "'", '`', '#', ' ', '\t', '\n', '\r', '\\n', '\\', 'export ', 'x', 'é', '\n', 'A=1\n', 'B="', '$', '\v']
let state = Number(seed)
const random = (limit) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor(state / 65536) % limit
}

const isContested = (text) => {
    const lines = text.replaceAll('\r', '').split('\n')
    return lines.some((line) => /=[ \t]+$|^[ \t]+#|^[ \t]*(export *)?=|export .*=$/.test(line)) ||
        (release < 22 && /#[^\n]*=[^\n]*$/.test(text)) ||
        (release < 22 && (/\t|export  | [\v]/.test(text) || lines.some((line) => !/=/.test(line) && !/^(#.*)?$/.test(line)) || /["'`]/.test(text.replace(/(["'`])[^\n"'`]*\1\n/g, ''))))
}

// A name may hold anything but "=": what cannot be in an environment is left out as well.
const write = (name, text) => {
    const expected = Object.entries(parseEnv(text)).map(([key, value]) => `${key}=${value}\0`).sort()
    fs.writeFileSync(`${folder}/${name}`, text)
    fs.writeFileSync(`${folder}/${name}.expected`, expected.join(''))
}

let count = 0
while (count < 200) {
    const text = Array.from({ length: 1 + random(24) }, () => pieces[random(pieces.length)]).join('')
    if (text.includes('=') && !isContested(text)) write(count++, text)
}
console.log(count)
