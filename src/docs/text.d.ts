// wrangler.toml makes texts of these files (`[[rules]]`).
declare module "*.md" {
  const text: string;
  export default text;
}
declare module "*/docs.js" {
  const text: string;
  export default text;
}
