/** How the page looks: paper and ink, one accent, three sizes. */
export const STYLE = `
:root { color-scheme: light; --paper: #f6f1e6; --leaf: #fbf8f0; --ink: #1c232b; --soft: #5b574d; --line: #ddd4c1; --edge: #8f866f; --wash: #ece5d5; --accent: #b03318; }
:root[data-theme='dark'] { color-scheme: dark; --paper: #0d1420; --leaf: #121b29; --ink: #dfe4ea; --soft: #9aa7b6; --line: #243245; --edge: #60758f; --wash: #1b2738; --accent: #ff8566; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; background: var(--paper); color: var(--ink); font: 15px/1.4 'Alegreya Sans', 'Gill Sans', 'Segoe UI', system-ui, sans-serif; font-variant-numeric: tabular-nums; }
[hidden] { display: none !important; }
header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; padding: 10px 16px; border-bottom: 1px solid var(--line); }
.name { flex: 1 1 240px; min-width: 0; }
h1 { margin: 0; font-size: 19px; font-weight: 600; line-height: 1.25; }
.name p { margin: 0; color: var(--soft); font-size: 13px; }
.tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
button, select, input { box-sizing: border-box; height: 32px; padding: 0 10px; border: 1px solid transparent; border-radius: 3px; background: none; color: inherit; font: inherit; font-size: 14px; }
button { cursor: pointer; }
button:hover { background: var(--wash); }
button[aria-pressed='true'] { color: var(--accent); }
select, input { border-color: var(--edge); background: var(--leaf); }
select { max-width: 14em; }
input { width: 15em; }
label { display: flex; gap: 6px; align-items: center; color: var(--soft); font-size: 13px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
main { position: relative; display: flex; flex: 1; min-height: 0; }
.chart { position: relative; flex: 1; min-width: 0; overflow: hidden; }
.legend { flex: none; overflow-y: auto; width: 208px; padding: 12px 8px 12px 12px; border-left: 1px solid var(--line); box-sizing: border-box; }
h2 { margin: 0 0 6px; padding: 0 6px; color: var(--soft); font-size: 13px; font-weight: 400; }
ul { margin: 0; padding: 0; list-style: none; }
.legend li button { display: flex; gap: 8px; align-items: center; width: 100%; height: 28px; padding: 0 6px; color: inherit; text-align: left; }
.legend li span { overflow: hidden; flex: 1; text-overflow: ellipsis; white-space: nowrap; }
.legend small { color: var(--soft); font-size: 13px; }
.legend li i { flex: none; width: 10px; height: 10px; border-radius: 50%; }
.legend button[aria-pressed='false'] { color: var(--soft); }
.legend button[aria-pressed='false'] span { text-decoration: line-through; }
.legend button[aria-pressed='false'] i { opacity: 0.25; }
.legend .all { height: 28px; margin-top: 4px; padding: 0 6px; color: var(--accent); }
.legend p { padding: 0 6px; color: var(--soft); font-size: 13px; }
.scale { display: block; height: 10px; margin: 4px 6px; border-radius: 2px; }
.ends { display: flex; gap: 12px; justify-content: space-between; padding: 0 6px; font-size: 13px; }
.card { position: absolute; z-index: 2; top: 0; left: 0; display: flex; gap: 12px; max-width: min(360px, 70%); padding: 10px 12px; border: 1px solid var(--line); border-radius: 3px; background: var(--leaf); font-size: 13px; pointer-events: none; }
.card canvas { flex: none; align-self: center; color: var(--ink); }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 1px 10px; margin: 0; align-content: center; }
dt { color: var(--soft); }
dd { display: -webkit-box; overflow: hidden; margin: 0; overflow-wrap: anywhere; -webkit-box-orient: vertical; -webkit-line-clamp: 4; }
.drawer { flex: none; height: 34%; min-height: 120px; border-top: 1px solid var(--line); background: var(--leaf); font-size: 13px; }
.drawer > div { height: 100%; background: var(--leaf); }
.drawer thead tr { background: var(--leaf); }
.drawer th { font-weight: 400; color: var(--soft); }
.drawer th button { height: auto; font-size: 13px; }
.drawer caption { color: var(--ink); font-weight: 600; }
.drawer tbody tr:hover { background: var(--wash); }
.drawer tr[aria-current='true'] { background: var(--wash); box-shadow: inset 3px 0 0 var(--accent); }
footer { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; min-height: 32px; padding: 0 16px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13px; }
footer button { height: 24px; padding: 0 6px; color: var(--accent); font-size: 13px; }
footer .keys { margin-left: auto; }
.failure { margin: 48px auto; max-width: 40em; padding: 0 16px; }
@media (max-width: 700px) {
  main { flex-direction: column; }
  .legend { display: flex; gap: 4px; align-items: center; width: auto; max-height: 92px; padding: 4px 12px; border-left: 0; border-top: 1px solid var(--line); }
  .legend ul { display: flex; flex-wrap: wrap; }
  .legend small, footer .keys { display: none; }
  .scale { flex: 1; }
  input { width: 10em; }
}
`;
