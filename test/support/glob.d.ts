/** Files by path, as vite finds them (https://vite.dev/guide/features#glob-import). */
interface ImportMeta {
  glob(pattern: string): Record<string, () => Promise<unknown>>;
  glob(pattern: string, options: { query: "?raw"; import: "default"; eager: true }): Record<string, string>;
}
