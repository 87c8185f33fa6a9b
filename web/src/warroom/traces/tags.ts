// Conditions on a span's tags as people type them: `error.type=timeout http.route="GET /cart"`. What is still
// being typed (no value yet) is left out. Pure.

export function tagsOf(text: string): string[] {
  const tags: string[] = [];
  for (const [, name, quoted, plain] of text.matchAll(/([^\s=]+)=(?:"([^"]*)"?|(\S*))/g)) {
    const value = quoted ?? plain ?? '';
    if (name && value) tags.push(`${name}=${value}`);
  }
  return tags;
}
