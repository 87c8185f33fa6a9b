// How a move's verdict looks: as chess has it, so that it needs no colour.
export const verdictGlyph: Record<string, string> = { great: '!', good: '✓', inaccuracy: '?!', mistake: '?', blunder: '??' };
export const verdictTone: Record<string, string> = {
  great: 'ok',
  good: 'ok',
  inaccuracy: 'warn',
  mistake: 'bad',
  blunder: 'bad',
};
export const evidenceTone: Record<string, string> = { causal: 'ok', collateral: 'info', unrelated: 'muted' };
export const evidenceGlyph: Record<string, string> = { causal: '●', collateral: '■', unrelated: '○' };
