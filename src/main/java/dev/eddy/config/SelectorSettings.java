package dev.eddy.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;

/** The settings by which events name their models, and what must hold between them and others. */
public final class SelectorSettings {
    /** The selector by topic; the others are {@link #FIELD} and {@link #HEADER} with what follows. */
    public static final String TOPIC = "topic";

    public static final String FIELD = "field:";
    public static final String HEADER = "header:";

    /** Names of models, as their specs may have them. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private SelectorSettings() {}

    static boolean isValid(String selector) {
        if (selector.startsWith(FIELD)) {
            for (String name : selector.substring(FIELD.length()).split("\\.", -1)) {
                if (name.isEmpty()) {
                    return false;
                }
            }
            return true;
        }
        return selector.equals(TOPIC) || (selector.startsWith(HEADER) && selector.length() > HEADER.length());
    }

    /** @throws ConfigException if the settings contradict each other; the message says how */
    static void check(EddyConfig config) {
        String selector = config.getString(EddyConfig.MODEL_SELECTOR);
        String otherwise = config.getString(EddyConfig.MODEL_SELECTOR_DEFAULT);
        boolean byTopic = TOPIC.equals(selector);
        if (selector != null && config.labelsTopic() != null) {
            throw new ConfigException(EddyConfig.LABELS_TOPIC + " cannot be set with " + EddyConfig.MODEL_SELECTOR
                    + ": a label does not say which model's sequence it is for; leave one of the two out");
        }
        if (otherwise != null) {
            checkDefault(otherwise, selector);
        }
        if (!byTopic && !config.getList(EddyConfig.MODEL_SELECTOR_TOPICS).isEmpty()) {
            throw new ConfigException(
                    EddyConfig.MODEL_SELECTOR_TOPICS + " needs " + EddyConfig.MODEL_SELECTOR + "=" + TOPIC);
        }
        List<String> topics = inputTopics(config);
        if (topics.size() > 1) {
            checkSeveral(topics, byTopic, config);
        }
        if (byTopic) {
            checkModels(config);
        }
    }

    private static void checkDefault(String otherwise, String selector) {
        if (selector == null || selector.equals(TOPIC)) {
            throw new ConfigException(EddyConfig.MODEL_SELECTOR_DEFAULT + " needs " + EddyConfig.MODEL_SELECTOR + "="
                    + FIELD + "PATH or " + HEADER + "NAME"
                    + (selector == null
                            ? ""
                            : "; the model of a topic is said in " + EddyConfig.MODEL_SELECTOR_TOPICS));
        }
        requireName(EddyConfig.MODEL_SELECTOR_DEFAULT, otherwise);
    }

    private static void checkSeveral(List<String> topics, boolean byTopic, EddyConfig config) {
        if (!byTopic) {
            throw new ConfigException(EddyConfig.INPUT_TOPIC + " names several topics, which needs "
                    + EddyConfig.MODEL_SELECTOR + "=" + TOPIC
                    + ": the order of the events of one sequence would not be determined");
        }
        Set<String> seen = new HashSet<>();
        for (String topic : topics) {
            if (topic.isEmpty() || !seen.add(topic)) {
                throw new ConfigException(EddyConfig.INPUT_TOPIC
                        + (topic.isEmpty() ? " has an empty name in its list" : " names " + topic + " twice"));
            }
        }
        for (String period : List.of(EddyConfig.SEQUENCE_IDLE, EddyConfig.SEQUENCE_TTL, EddyConfig.REORDER)) {
            if (config.getLong(period) > 0) {
                throw new ConfigException(
                        period + " cannot be set with several input topics: how their times run beside"
                                + " each other is not determined, so "
                                + (period.equals(EddyConfig.REORDER)
                                        ? "which events are late would not be either"
                                        : "when a sequence ends would not be either"));
            }
        }
    }

    private static void checkModels(EddyConfig config) {
        Map<String, String> topicOf = new LinkedHashMap<>();
        modelsOfTopics(config).forEach((topic, model) -> {
            requireName(EddyConfig.MODEL_SELECTOR_TOPICS, model);
            String other = topicOf.put(model, topic);
            if (other != null) {
                throw new ConfigException(
                        "the topics " + other + " and " + topic + " stand for the same model, " + model
                                + ": the order of the events of one sequence would not be determined; give each topic a model"
                                + " of its own in " + EddyConfig.MODEL_SELECTOR_TOPICS);
            }
        });
    }

    static List<String> inputTopics(EddyConfig config) {
        List<String> topics = new ArrayList<>();
        for (String topic : config.getString(EddyConfig.INPUT_TOPIC).split(",", -1)) {
            topics.add(topic.strip());
        }
        return topics;
    }

    /** Name of the model of each input topic. */
    static Map<String, String> modelsOfTopics(EddyConfig config) {
        Map<String, String> models = new LinkedHashMap<>();
        inputTopics(config).forEach(topic -> models.put(topic, topic));
        for (String entry : config.getList(EddyConfig.MODEL_SELECTOR_TOPICS)) {
            int colon = entry.indexOf(':');
            String topic = colon < 0 ? entry : entry.substring(0, colon).strip();
            if (colon < 0 || !models.containsKey(topic)) {
                throw new ConfigException(EddyConfig.MODEL_SELECTOR_TOPICS + ": '" + entry
                        + "' is not TOPIC:MODEL with a" + " topic of " + EddyConfig.INPUT_TOPIC);
            }
            models.put(topic, entry.substring(colon + 1).strip());
        }
        return models;
    }

    private static void requireName(String setting, String model) {
        if (!NAME.matcher(model).matches()) {
            throw new ConfigException(setting + ": '" + model + "' is not a name that a model can have");
        }
    }
}
