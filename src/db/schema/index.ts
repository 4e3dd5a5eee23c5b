export * from "./directory.ts";
export * from "./http.ts";
export * from "./pipeline.ts";
