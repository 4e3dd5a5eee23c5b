// wrangler.toml makes texts of these files (`[[rules]]`).
declare module "*/try.js" {
  const text: string;
  export default text;
}
