import { type ChartSpec, themed } from '../../tuning/charts.ts'

/**
 * Charts as SVG. The library is large, and is loaded here alone: nothing but a report needs it. It measures text by
 * estimate, as there is no canvas.
 */
export async function draw(charts: ReadonlyMap<string, ChartSpec>): Promise<ReadonlyMap<string, string>> {
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')])
  const drawn = new Map<string, string>()
  for (const [name, spec] of charts) {
    const config = themed as unknown as NonNullable<Parameters<typeof compile>[1]>['config']
    const compiled = compile(
      spec as unknown as Parameters<typeof compile>[0],
      config === undefined ? {} : { config },
    )
    const view = new View(parse(compiled.spec), { renderer: 'none' })
    drawn.set(name, own(await view.toSVG(), name))
    view.finalize()
  }
  return drawn
}

/** Ids are counted anew in each drawing, and a page must not have one twice. */
function own(svg: string, name: string): string {
  return svg
    .replace(/\bid="([^"]+)"/g, (_, id) => `id="${name}-${id}"`)
    .replace(/url\(#([^)]+)\)/g, (_, id) => `url(#${name}-${id})`)
}
