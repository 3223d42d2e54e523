/** One sheet for light and dark; charts take their colours from it. The palette is told apart by the colour-blind as well. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --ink: #1c2024; --quiet: #5a636d; --faint: #a3abb3; --grid: #e6e8ea; --panel: #f4f5f6;
  --accent: #0b62b5; --one: #8a929a; --two: #b87503; --three: #c43d3d; --four: #0a8268; --five: #a2498f; --six: #5b4fc4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --ink: #e6e9ec; --quiet: #a0a9b2; --faint: #5f6972; --grid: #2a3036; --panel: #1d2125;
    --accent: #63b0f5; --one: #8d969f; --two: #e8ac45; --three: #f07f77; --four: #4cc7a5; --five: #dc8fcb; --six: #a79df5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; text-wrap: balance; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
p { margin: .5rem 0; text-wrap: pretty; }
.lead { font-size: 1.125rem; }
.quiet, caption, dt { color: var(--quiet); font-size: .875rem; }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
.facts { margin: 1rem 0; }
.facts div { display: grid; grid-template-columns: minmax(5.5rem, 20%) 1fr; gap: .75rem; padding: .25rem 0; }
dd { margin: 0; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .25rem; }
th, td { padding: .35rem .6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
th { font-weight: 500; }
thead th { color: var(--quiet); border-bottom-color: var(--faint); }
th:first-child { text-align: left; padding-left: 0; }
td:last-child, th:last-child { padding-right: 0; }
figure { margin: 1rem 0; }
figcaption { font-size: .875rem; margin-bottom: .25rem; }
.chart { overflow-x: auto; }
.chart svg { max-width: 100%; height: auto; display: block; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: .5rem 1.5rem; }
@media print { main { max-width: none; padding: 0; } section { break-inside: avoid; } }
`
