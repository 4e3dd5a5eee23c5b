// wrangler.toml makes texts of these files (`[[rules]]`): they are never compiled, and read only for the document.
declare module "*.jsonc" {
  const text: string;
  export default text;
}
