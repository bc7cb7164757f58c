// Imports with an extension, as Node.js resolves them.
export default { output: { path: "client", module: { extension: ".js" } } };
