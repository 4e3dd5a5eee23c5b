// wrangler.toml makes a text of this file (`[[rules]]`).
declare module "*/push-sw.js" {
  const text: string;
  export default text;
}
