/**
 * What a request to `messages:send` may hold: the schemas of Google's discovery document for FCM v1 (revision 20241112, as
 * published in googleapis/google-api-nodejs-client, `discovery/fcm-v1.json`, taken on 28 November 2026), without their
 * descriptions.
 */
interface DiscoverySchema {
  type?: "object" | "string" | "boolean" | "integer" | "number" | "array" | "any";
  format?: string;
  enum?: readonly string[];
  $ref?: string;
  properties?: Readonly<Record<string, DiscoverySchema>>;
  additionalProperties?: DiscoverySchema;
  items?: DiscoverySchema;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const float = { type: "number", format: "float" } as const;
const duration = { type: "string", format: "google-duration" } as const;
const texts = { type: "array", items: text } as const;
const textByKey = { type: "object", additionalProperties: text } as const;
const anyByKey = { type: "object", additionalProperties: { type: "any" } } as const;

const SCHEMAS: Readonly<Record<string, DiscoverySchema>> = {
  AndroidConfig: {
    type: "object",
    properties: {
      collapseKey: text,
      data: textByKey,
      directBootOk: flag,
      fcmOptions: { $ref: "AndroidFcmOptions" },
      notification: { $ref: "AndroidNotification" },
      priority: { type: "string", enum: ["NORMAL", "HIGH"] },
      restrictedPackageName: text,
      ttl: duration,
    },
  },
  AndroidFcmOptions: { type: "object", properties: { analyticsLabel: text } },
  AndroidNotification: {
    type: "object",
    properties: {
      body: text,
      bodyLocArgs: texts,
      bodyLocKey: text,
      bypassProxyNotification: flag,
      channelId: text,
      clickAction: text,
      color: text,
      defaultLightSettings: flag,
      defaultSound: flag,
      defaultVibrateTimings: flag,
      eventTime: { type: "string", format: "google-datetime" },
      icon: text,
      image: text,
      lightSettings: { $ref: "LightSettings" },
      localOnly: flag,
      notificationCount: { type: "integer", format: "int32" },
      notificationPriority: {
        type: "string",
        enum: [
          "PRIORITY_UNSPECIFIED",
          "PRIORITY_MIN",
          "PRIORITY_LOW",
          "PRIORITY_DEFAULT",
          "PRIORITY_HIGH",
          "PRIORITY_MAX",
        ],
      },
      sound: text,
      sticky: flag,
      tag: text,
      ticker: text,
      title: text,
      titleLocArgs: texts,
      titleLocKey: text,
      vibrateTimings: { type: "array", items: duration },
      visibility: { type: "string", enum: ["VISIBILITY_UNSPECIFIED", "PRIVATE", "PUBLIC", "SECRET"] },
    },
  },
  ApnsConfig: {
    type: "object",
    properties: { fcmOptions: { $ref: "ApnsFcmOptions" }, headers: textByKey, payload: anyByKey },
  },
  ApnsFcmOptions: { type: "object", properties: { analyticsLabel: text, image: text } },
  Color: { type: "object", properties: { alpha: float, blue: float, green: float, red: float } },
  FcmOptions: { type: "object", properties: { analyticsLabel: text } },
  LightSettings: {
    type: "object",
    properties: { color: { $ref: "Color" }, lightOffDuration: duration, lightOnDuration: duration },
  },
  Message: {
    type: "object",
    properties: {
      android: { $ref: "AndroidConfig" },
      apns: { $ref: "ApnsConfig" },
      condition: text,
      data: textByKey,
      fcmOptions: { $ref: "FcmOptions" },
      name: text,
      notification: { $ref: "Notification" },
      token: text,
      topic: text,
      webpush: { $ref: "WebpushConfig" },
    },
  },
  Notification: { type: "object", properties: { body: text, image: text, title: text } },
  SendMessageRequest: {
    type: "object",
    properties: { message: { $ref: "Message" }, validateOnly: flag },
  },
  WebpushConfig: {
    type: "object",
    properties: {
      data: textByKey,
      fcmOptions: { $ref: "WebpushFcmOptions" },
      headers: textByKey,
      notification: anyByKey,
    },
  },
  WebpushFcmOptions: { type: "object", properties: { analyticsLabel: text, link: text } },
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const FORMATS: Readonly<Record<string, RegExp>> = {
  "google-duration": /^\d+(\.\d{1,9})?s$/,
  "google-datetime": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/,
};

/** Google's JSON takes a field's name in camel case or as the protocol buffer has it. */
const camel = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Fields that do not fit, as Google names them: `message.data[0].value`. */
export function violations(value: unknown, schema: DiscoverySchema, path: string): string[] {
  if (schema.$ref !== undefined) return violations(value, SCHEMAS[schema.$ref] ?? {}, path);
  switch (schema.type) {
    case "object":
      return isObject(value) ? membersOf(value, schema, path) : [path];
    case "array":
      return Array.isArray(value)
        ? value.flatMap((item, i) => violations(item, schema.items ?? {}, `${path}[${i}]`))
        : [path];
    case "string": {
      if (typeof value !== "string") return [path];
      // Google's own client writes a priority in small letters.
      const isOfFormat = FORMATS[schema.format ?? ""]?.test(value) ?? true;
      return isOfFormat && (schema.enum?.includes(value.toUpperCase()) ?? true) ? [] : [path];
    }
    case "boolean":
      return typeof value === "boolean" ? [] : [path];
    case "integer":
      return Number.isInteger(value) ? [] : [path];
    case "number":
      return typeof value === "number" ? [] : [path];
    default:
      return [];
  }
}

function membersOf(
  value: Record<string, unknown>,
  { properties, additionalProperties }: DiscoverySchema,
  path: string,
): string[] {
  return Object.entries(value).flatMap(([name, member], i) => {
    const known = properties?.[camel(name)];
    if (known !== undefined) return violations(member, known, path === "" ? name : `${path}.${name}`);
    // Google counts the entries of a map.
    if (additionalProperties !== undefined)
      return violations(member, additionalProperties, `${path}[${i}].value`);
    return [path === "" ? name : `${path}.${name}`];
  });
}
