// Documents that were good, spoilt in one to three places.
const TOKENS = /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\.\.\.|[_A-Za-z]\w*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|#[^\n]*|\s+|[^]/gu;
const VALUES = ['1', '-0', '01', '1.', '1.5e', '0x1', '"x"', '"\\u0041\\n"', '"\\u{1F642}"', '"\\uD83D\\uDE42"', '"\\uD83D"',
  '"""block"""', '"""', '"unclosed', '"bad \\q"', 'true', 'null', 'ENUM', '$v0', '{}', '[]', '{a: 1, a: 2}', '[1, [2]]'];
const PUNCTUATION = ['{', '}', '(', ')', '[', ']', ':', '=', '!', '|', '&', '@', '$', '...', '..', ',', '?', '%', '\u{FEFF}', '\u0000',
  'é', '🙂', '#c\n', '\r', '\r\n', 'on', 'fragment', 'query', 'type', '\\', '"', "'", ';', '<'];

export function mutate(random, text, names) {
  const tokens = text.match(TOKENS) ?? [];
  for (let n = 1 + random.below(3); n > 0; --n) mutateOnce(random, tokens, names);
  return tokens.join('');
}

function mutateOnce(random, tokens, names) {
  const solid = tokens.flatMap((token, i) => (/^\s+$/.test(token) ? [] : [i]));
  if (solid.length === 0) return;
  const at = random.pick(solid);
  const isName = /^[_A-Za-z]/.test(tokens[at]);
  // Two thirds are changes of names and values, most of which still parse.
  if (random.chance(0.67)) {
    const wanted = random.chance(0.7) ? /^[_A-Za-z]/ : /^["\d-]|^(true|false|null)$/;
    const place = random.pick(solid.filter((i) => wanted.test(tokens[i])).concat(at));
    if (!/^[_A-Za-z]/.test(tokens[place])) tokens[place] = random.pick(VALUES);
    else tokens[place] = random.chance(0.6) ? random.pick(names) : typo(random, tokens[place]);
    return;
  }
  const choice = random.below(7);
  if (choice === 0) tokens.splice(at, 1);
  else if (choice === 1) tokens.splice(at, 0, tokens[at], ' ');
  else if (choice === 2) {
    const other = random.pick(solid);
    [tokens[at], tokens[other]] = [tokens[other], tokens[at]];
  } else if (choice === 3) tokens.splice(at, 0, random.pick(PUNCTUATION), random.pick(['', ' ']));
  else if (choice === 4 && random.chance(0.2)) tokens.length = at;
  else if (choice === 5) tokens.splice(at, 1, random.pick(VALUES));
  else tokens[at] = isName ? typo(random, tokens[at]) : random.pick(PUNCTUATION);
}

function typo(random, name) {
  const i = random.below(name.length);
  switch (random.below(5)) {
    case 0:
      return name.slice(0, i) + name.slice(i + 1) || 'x';
    case 1:
      return name.slice(0, i) + random.pick([...'abcXYZ_1']) + name.slice(i);
    case 2:
      return name.slice(0, i) + (name[i + 1] ?? '') + name[i] + name.slice(i + 2);
    case 3:
      return name[i] === name[i].toUpperCase() ? name.toLowerCase() : name.toUpperCase();
    default:
      return name + random.pick(['s', 'Other', '2']);
  }
}
