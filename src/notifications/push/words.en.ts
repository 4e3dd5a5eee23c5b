export const en = { name: "notifications by email", email: { button: "Open" } };
