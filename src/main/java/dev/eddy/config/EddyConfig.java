package dev.eddy.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/**
 * A properties file for Eddy: its own settings, under {@code eddy.}, and Kafka's, under Kafka's own names. Kafka's
 * configuration providers (secrets from files or the environment) are resolved. An unknown {@code eddy.} setting is refused.
 */
public final class EddyConfig extends AbstractConfig {
    private static final String PREFIX = "eddy.";
    private static final Set<String> ALL_ADDRESSES = Set.of("0.0.0.0", "::", "[::]");

    public static final String PIPELINE = "eddy.pipeline";
    public static final String INSTANCE_ID = "eddy.instance.id";
    public static final String INPUT_TOPIC = "eddy.topics.input";
    public static final String OUTPUT_TOPIC = "eddy.topics.output";
    public static final String DEAD_LETTER_TOPIC = "eddy.topics.deadletter";
    public static final String CONTROL_TOPIC = "eddy.topics.control";
    public static final String STATUS_TOPIC = "eddy.topics.status";
    public static final String LABELS_TOPIC = "eddy.topics.labels";
    public static final String TOPICS_CREATE = "eddy.topics.create";
    public static final String TOPICS_PARTITIONS = "eddy.topics.partitions";
    public static final String TOPICS_REPLICATION = "eddy.topics.replication.factor";
    public static final String INPUT_FORMAT = "eddy.input.format";
    public static final String INPUT_AVRO_SCHEMA = "eddy.input.avro.schema";
    public static final String INPUT_DESERIALIZER = "eddy.input.deserializer";
    public static final String OUTPUT_FORMAT = "eddy.output.format";
    public static final String LABELS_FIELD = "eddy.labels.field";
    public static final String LABELS_AVRO_SCHEMA = "eddy.labels.avro.schema";
    public static final String LABELS_WAIT = "eddy.labels.wait.ms";
    public static final String NO_MODEL = "eddy.no.model";
    public static final String REORDER = "eddy.reorder.ms";
    public static final String LATE_POLICY = "eddy.late.policy";
    public static final String DEDUPE_FIELD = "eddy.dedupe.field";
    public static final String SEQUENCE_IDLE = "eddy.sequence.idle.ms";
    public static final String SEQUENCE_TTL = "eddy.sequence.ttl.ms";
    public static final String SEQUENCE_TTL_END_RECORDS = "eddy.sequence.ttl.end.records";
    public static final String BATCH_SIZE = "eddy.batch.size";
    public static final String BATCH_LINGER = "eddy.batch.linger.ms";
    public static final String STATE_CACHE = "eddy.state.cache.bytes";
    public static final String STATE_PRECISION = "eddy.state.precision";
    public static final String MODEL_MAX_BYTES = "eddy.model.max.bytes";
    public static final String MODEL_MAX_TENSORS = "eddy.model.max.tensors";
    public static final String MODEL_MEMORY = "eddy.model.memory.bytes";
    public static final String MODEL_UNLOAD = "eddy.model.unload.ms";
    public static final String MODEL_TRUSTED_KEYS = "eddy.model.trusted.keys";
    public static final String MODEL_SELECTOR = "eddy.model.selector";
    public static final String MODEL_SELECTOR_DEFAULT = "eddy.model.selector.default";
    public static final String MODEL_SELECTOR_TOPICS = "eddy.model.selector.topics";
    public static final String ROLLBACK = "eddy.rollback.ms";
    public static final String ROCKSDB_MEMORY = "eddy.rocksdb.memory.bytes";
    public static final String STATUS_INTERVAL = "eddy.status.interval.ms";
    public static final String BROKER_TIMEOUT = "eddy.broker.timeout.ms";
    public static final String HTTP_HOST = "eddy.http.host";
    public static final String HTTP_PORT = "eddy.http.port";

    public static final String HTTP_ADVERTISED_HOST = "eddy.http.advertised.host";

    /** Definitions of all settings, with types, defaults and explanations. */
    public static final ConfigDef DEFINITIONS = new ConfigDef()
            .define(
                    PIPELINE,
                    Type.STRING,
                    "eddy",
                    new ConfigDef.NonEmptyString(),
                    Importance.HIGH,
                    "Name of the pipeline: deployments are made for it. Also the default of application.id.")
            .define(
                    INSTANCE_ID,
                    Type.STRING,
                    null,
                    Importance.LOW,
                    "Name of this instance on the status topic and in metrics. Default: host name and process id.")
            .define(
                    INPUT_TOPIC,
                    Type.STRING,
                    "eddy.events",
                    new ConfigDef.NonEmptyString(),
                    Importance.HIGH,
                    "Topic of the events; every record key is a sequence. With " + MODEL_SELECTOR
                            + "=topic it may be several, separated by commas.")
            .define(
                    OUTPUT_TOPIC,
                    Type.STRING,
                    "eddy.predictions",
                    new ConfigDef.NonEmptyString(),
                    Importance.HIGH,
                    "Topic of the predictions, one for each event.")
            .define(
                    DEAD_LETTER_TOPIC,
                    Type.STRING,
                    "eddy.deadletters",
                    new ConfigDef.NonEmptyString(),
                    Importance.HIGH,
                    "Topic of events that cannot be scored: the original bytes, with the reason in headers.")
            .define(
                    CONTROL_TOPIC,
                    Type.STRING,
                    "eddy.control",
                    new ConfigDef.NonEmptyString(),
                    Importance.HIGH,
                    "Compacted topic of models and deployments.")
            .define(
                    STATUS_TOPIC,
                    Type.STRING,
                    "eddy.status",
                    new ConfigDef.NonEmptyString(),
                    Importance.HIGH,
                    "Compacted topic on which every instance says what it runs and which models it accepts.")
            .define(
                    LABELS_TOPIC,
                    Type.STRING,
                    null,
                    Importance.MEDIUM,
                    "Topic of the right labels of events, by which taggers are measured: key and timestamp are those of "
                            + "the event, partitions those of the input topic. Empty: none.")
            .define(
                    TOPICS_CREATE,
                    Type.BOOLEAN,
                    false,
                    Importance.MEDIUM,
                    "Whether missing topics are created at the start instead of being an error.")
            .define(
                    TOPICS_PARTITIONS,
                    Type.INT,
                    4,
                    Range.atLeast(1),
                    Importance.LOW,
                    "Partitions of created event, prediction and dead-letter topics.")
            .define(
                    TOPICS_REPLICATION,
                    Type.SHORT,
                    (short) -1,
                    Importance.LOW,
                    "Replication factor of created topics; -1 takes the broker's default.")
            .define(
                    INPUT_FORMAT,
                    Type.STRING,
                    "json",
                    ValidString.in("json", "avro", "deserializer"),
                    Importance.HIGH,
                    "Format of event values: json objects, avro (plain binary, schema in " + INPUT_AVRO_SCHEMA
                            + "), or whatever the class in " + INPUT_DESERIALIZER + " reads.")
            .define(
                    INPUT_AVRO_SCHEMA,
                    Type.STRING,
                    null,
                    Importance.MEDIUM,
                    "File with the Avro schema of event values.")
            .define(
                    INPUT_DESERIALIZER,
                    Type.CLASS,
                    null,
                    Importance.MEDIUM,
                    "A Kafka Deserializer on the class path that gives Avro records, maps or JSON trees; it is "
                            + "configured with all settings of this file.")
            .define(
                    OUTPUT_FORMAT,
                    Type.STRING,
                    "json",
                    ValidString.in("json", "avro"),
                    Importance.HIGH,
                    "Format of predictions: json objects, or avro by schemas/prediction.avsc.")
            .define(
                    LABELS_FIELD,
                    Type.STRING,
                    "label",
                    new ConfigDef.NonEmptyString(),
                    Importance.LOW,
                    "Field of a label's value that is the label; the format is that of events.")
            .define(
                    LABELS_AVRO_SCHEMA,
                    Type.STRING,
                    null,
                    Importance.LOW,
                    "File with the Avro schema of labels, where events are avro.")
            .define(
                    LABELS_WAIT,
                    Type.LONG,
                    3_600_000L,
                    Range.atLeast(1),
                    Importance.LOW,
                    "For how many milliseconds of event time predictions wait for their labels, and labels for their events.")
            .define(
                    NO_MODEL,
                    Type.STRING,
                    "wait",
                    ValidString.in("wait", "dead-letter"),
                    Importance.MEDIUM,
                    "What happens to events while no model has been deployed: they wait in their topic, or go to the "
                            + "dead-letter topic.")
            .define(
                    REORDER,
                    Type.LONG,
                    0L,
                    Range.atLeast(0),
                    Importance.MEDIUM,
                    "Events are put in the order of their times if they come up to so many milliseconds of event time "
                            + "late; every answer waits as long. 0 takes them as they come.")
            .define(
                    LATE_POLICY,
                    Type.STRING,
                    "step",
                    ValidString.in("step", "dead-letter"),
                    Importance.MEDIUM,
                    "What happens to events later than " + REORDER + ": step takes them as they come, dead-letter "
                            + "refuses them.")
            .define(
                    DEDUPE_FIELD,
                    Type.STRING,
                    null,
                    EddyConfig::requirePath,
                    Importance.MEDIUM,
                    "Field with a whole number that grows from event to event of a key; an event whose number does "
                            + "not is dropped.")
            .define(
                    SEQUENCE_IDLE,
                    Type.LONG,
                    0L,
                    Range.atLeast(0),
                    Importance.MEDIUM,
                    "A sequence ends when its partition's event times are so many milliseconds past its own last one; "
                            + "0 for never.")
            .define(
                    SEQUENCE_TTL,
                    Type.LONG,
                    0L,
                    Range.atLeast(0),
                    Importance.MEDIUM,
                    "A sequence without events for so many milliseconds expires and its state is deleted; 0 for never. "
                            + "Of this and " + SEQUENCE_IDLE + " the smaller one counts.")
            .define(
                    SEQUENCE_TTL_END_RECORDS,
                    Type.BOOLEAN,
                    false,
                    Importance.LOW,
                    "Whether a record on the output topic tells of every sequence that expired.")
            .define(
                    BATCH_SIZE,
                    Type.INT,
                    0,
                    Range.between(0, 1_024),
                    Importance.LOW,
                    "Events of different keys that are stepped together, at most: 1 steps each as it comes, 0 leaves it to "
                            + "the model, whose size decides whether it pays. Changes no result.")
            .define(
                    BATCH_LINGER,
                    Type.LONG,
                    5L,
                    Range.between(1, 60_000),
                    Importance.LOW,
                    "For how many milliseconds events wait for others to be stepped with; not beyond a commit.")
            .define(
                    STATE_CACHE,
                    Type.LONG,
                    64L << 20,
                    Range.atLeast(0),
                    Importance.MEDIUM,
                    "Memory of an instance for the states of recently used keys, in bytes: these are read once and written "
                            + "once per commit. It is left alone where keys do not come back. 0 writes every state at once.")
            .define(
                    STATE_PRECISION,
                    Type.STRING,
                    "float32",
                    ValidString.in("float32", "bf16"),
                    Importance.MEDIUM,
                    "How exact states are from event to event: bf16 halves their bytes, and rounding them becomes part of each "
                            + "step. The same for all instances of a pipeline.")
            .define(
                    MODEL_MAX_BYTES,
                    Type.LONG,
                    512L << 20,
                    Range.atLeast(1),
                    Importance.MEDIUM,
                    "Largest model file accepted from the control topic, in bytes.")
            .define(MODEL_MAX_TENSORS, Type.INT, 10_000, Range.atLeast(1), Importance.LOW, "Most tensors of a model.")
            .define(
                    MODEL_MEMORY,
                    Type.LONG,
                    0L,
                    Range.atLeast(0),
                    Importance.MEDIUM,
                    "What the loaded models of an instance may take together, in bytes; 0 takes half of the largest heap.")
            .define(
                    MODEL_UNLOAD,
                    Type.LONG,
                    600_000L,
                    Range.atLeast(0),
                    Importance.LOW,
                    "How long a model stays in memory that no deployment names, in milliseconds.")
            .define(
                    MODEL_TRUSTED_KEYS,
                    Type.LIST,
                    List.of(),
                    Importance.HIGH,
                    "Public keys, as PEM files or in base64, separated by commas; a model must be signed with one of "
                            + "them. Empty: models need no signature.")
            .define(
                    MODEL_SELECTOR,
                    Type.STRING,
                    null,
                    ConfigDef.LambdaValidator.with(EddyConfig::checkSelector, () -> "field:PATH, header:NAME or topic"),
                    Importance.MEDIUM,
                    "What names the model of an event, where one pipeline has several: field:PATH, a text field of the"
                            + " event; header:NAME, a header of its record; topic, its topic.")
            .define(
                    MODEL_SELECTOR_DEFAULT,
                    Type.STRING,
                    null,
                    Importance.LOW,
                    "Name of the model for events that name none, or one without a deployment at their time. Default:"
                            + " they go to the dead letters.")
            .define(
                    MODEL_SELECTOR_TOPICS,
                    Type.LIST,
                    List.of(),
                    Importance.LOW,
                    "Names of models by topic, as TOPIC:MODEL, separated by commas, for " + MODEL_SELECTOR
                            + "=topic; other topics stand for the model of their own name.")
            .define(
                    ROLLBACK,
                    Type.LONG,
                    3_600_000L,
                    Range.atLeast(0),
                    Importance.MEDIUM,
                    "How long, in event time, sequences keep the state that a deployment replaced, for a rollback, in "
                            + "milliseconds; eddy deploy takes it unless --keep names another.")
            .define(
                    ROCKSDB_MEMORY,
                    Type.LONG,
                    256L << 20,
                    Range.atLeast(16L << 20),
                    Importance.MEDIUM,
                    "Native memory that all states of an instance share, in bytes, for what RocksDB has been given and has not "
                            + "yet written to disk. Has no effect with a rocksdb.config.setter of your own.")
            .define(
                    STATUS_INTERVAL,
                    Type.LONG,
                    3_000L,
                    Range.between(100, 60_000),
                    Importance.LOW,
                    "How often an instance repeats its status, in milliseconds; after four times that it counts as gone.")
            .define(
                    BROKER_TIMEOUT,
                    Type.INT,
                    15_000,
                    Range.atLeast(100),
                    Importance.LOW,
                    "How long commands wait for an answer of the broker, in milliseconds.")
            .define(
                    HTTP_HOST,
                    Type.STRING,
                    "127.0.0.1",
                    Importance.MEDIUM,
                    "Address on which metrics, health and the states of sequences are served; 0.0.0.0 for all.")
            .define(
                    HTTP_PORT,
                    Type.INT,
                    8484,
                    Range.between(-1, 65535),
                    Importance.MEDIUM,
                    "Port of metrics, health and states; 0 takes a free one, -1 serves none.")
            .define(
                    HTTP_ADVERTISED_HOST,
                    Type.STRING,
                    null,
                    Importance.LOW,
                    "Host name or address under which commands reach this instance's HTTP. Default: " + HTTP_HOST
                            + "; the host name where that stands for all addresses.");

    /**
     * Checks the settings.
     *
     * @throws ConfigException if one is unknown, missing or not valid; the message says which
     */
    public EddyConfig(Map<?, ?> settings) {
        super(DEFINITIONS, settings, false);
        TreeSet<String> unknown = new TreeSet<>();
        for (Object key : settings.keySet()) {
            String name = String.valueOf(key);
            if (name.startsWith(PREFIX) && !DEFINITIONS.names().contains(name)) {
                unknown.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            throw new ConfigException("unknown setting " + String.join(", ", unknown) + "; known are "
                    + String.join(", ", new TreeSet<>(DEFINITIONS.names())));
        }
        if (text(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "").isBlank()) {
            throw new ConfigException("bootstrap.servers is missing; set it to the broker's address, for example"
                    + " bootstrap.servers=localhost:9092");
        }
        requireWith("avro", INPUT_AVRO_SCHEMA);
        requireWith("deserializer", INPUT_DESERIALIZER);
        if (labelsTopic() != null) {
            requireWith("avro", LABELS_AVRO_SCHEMA);
            requireOwnTopic();
        }
        if (pipeline().indexOf('/') >= 0) {
            throw new ConfigException(
                    PIPELINE + "=" + pipeline() + " has a slash; use letters, digits, dots and dashes");
        }
        SelectorSettings.check(this);
    }

    private static void requirePath(String name, Object value) {
        if (value != null && Arrays.asList(value.toString().split("\\.", -1)).contains("")) {
            throw new ConfigException(name, value, "a path has names with dots between them, such as meta.number");
        }
    }

    private static void checkSelector(String name, Object value) {
        if (value != null && !SelectorSettings.isValid((String) value)) {
            throw new ConfigException(name, value, "use field:PATH, header:NAME or topic");
        }
    }

    private void requireWith(String format, String setting) {
        if (getString(INPUT_FORMAT).equals(format) && originals().get(setting) == null) {
            throw new ConfigException(INPUT_FORMAT + "=" + format + " needs " + setting);
        }
    }

    private void requireOwnTopic() {
        for (String setting : List.of(INPUT_TOPIC, OUTPUT_TOPIC, DEAD_LETTER_TOPIC, CONTROL_TOPIC, STATUS_TOPIC)) {
            if (getString(setting).equals(labelsTopic())) {
                throw new ConfigException(LABELS_TOPIC + " and " + setting + " are the same topic, "
                        + getString(setting) + "; labels need one of their own");
            }
        }
    }

    /** A Kafka setting as a text. */
    public String text(String name, String otherwise) {
        Object value = originals().get(name);
        return value == null ? otherwise : value.toString();
    }

    /** The topic of labels; null for none. */
    public String labelsTopic() {
        String topic = getString(LABELS_TOPIC);
        return topic == null || topic.isBlank() ? null : topic;
    }

    public String pipeline() {
        return getString(PIPELINE);
    }

    /** The Kafka Streams application id. */
    public String applicationId() {
        return text("application.id", pipeline().toLowerCase(Locale.ROOT));
    }

    public String bootstrapServers() {
        return text(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "");
    }

    /** The topics of the events. */
    public List<String> inputTopics() {
        return SelectorSettings.inputTopics(this);
    }

    /** Whether events name their models. */
    public boolean selectsModels() {
        return getString(MODEL_SELECTOR) != null;
    }

    /** Name of the model of each input topic. */
    public Map<String, String> modelsOfTopics() {
        return SelectorSettings.modelsOfTopics(this);
    }

    /** Name of this instance: as set, or host name and process id. */
    public String instanceId() {
        String set = getString(INSTANCE_ID);
        return set != null ? set : hostName() + "-" + ProcessHandle.current().pid();
    }

    /** The host under which other machines reach this instance's HTTP, as it stands in a URL. */
    public String advertisedHost() {
        String set = getString(HTTP_ADVERTISED_HOST);
        String host = set != null ? set : getString(HTTP_HOST);
        if (set == null && ALL_ADDRESSES.contains(host)) {
            host = hostName();
        }
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    private static String hostName() {
        String name = System.getenv("HOSTNAME");
        if (name != null && !name.isBlank()) {
            return name;
        }
        try {
            return java.net.InetAddress.getLocalHost().getHostName();
        } catch (java.net.UnknownHostException e) {
            return "localhost";
        }
    }

    /** All settings, Kafka's among them, with secrets resolved. */
    public Properties toProperties() {
        Properties all = new Properties();
        originals().forEach((key, value) -> {
            if (value != null) {
                all.put(key, value);
            }
        });
        return all;
    }
}
