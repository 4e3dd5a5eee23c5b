// wrangler.toml makes texts of these files (`[[rules]]`).
declare module "*/assets/client.js" {
  const text: string;
  export default text;
}
declare module "*/assets/dom.js" {
  const text: string;
  export default text;
}
declare module "*/assets/element.js" {
  const text: string;
  export default text;
}
declare module "*/assets/live.js" {
  const text: string;
  export default text;
}
declare module "*/assets/panel.js" {
  const text: string;
  export default text;
}
declare module "*/assets/preferences.js" {
  const text: string;
  export default text;
}
declare module "*/assets/row.js" {
  const text: string;
  export default text;
}
declare module "*/assets/store.js" {
  const text: string;
  export default text;
}
