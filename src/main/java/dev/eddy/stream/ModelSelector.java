package dev.eddy.stream;

import dev.eddy.config.EddyConfig;
import dev.eddy.config.SelectorSettings;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Fields;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.header.Header;

/** Finds the name of the model an event asks for. */
interface ModelSelector {
    /**
     * The name.
     *
     * @param fields its fields; null for a tombstone
     * @return null if the event names none
     * @throws BadEventException if what should be a name is no text
     */
    String nameOf(Event event, Fields fields);

    /** What an event lacks that names no model. */
    String lacking();

    /** Whether tombstones name their models. */
    default boolean namesTombstones() {
        return true;
    }

    /** As the settings say; null where events name no models. */
    static ModelSelector of(EddyConfig config) {
        String selector = config.getString(EddyConfig.MODEL_SELECTOR);
        if (selector == null) {
            return null;
        } else if (selector.startsWith(SelectorSettings.FIELD)) {
            return new ByField(selector.substring(SelectorSettings.FIELD.length()));
        } else if (selector.startsWith(SelectorSettings.HEADER)) {
            return new ByHeader(selector.substring(SelectorSettings.HEADER.length()));
        }
        return new ByTopic(config.modelsOfTopics());
    }

    /** A text field of the event. */
    record ByField(String field, String[] path) implements ModelSelector {
        ByField(String field) {
            this(field, Fields.path(field));
        }

        @Override
        public String nameOf(Event event, Fields fields) {
            Object value = fields.get(path);
            if (value != null && !(value instanceof CharSequence)) {
                throw new BadEventException(
                        Reason.WRONG_TYPE, "the field '" + field + "' names the model and must be a text");
            }
            return value == null ? null : value.toString();
        }

        @Override
        public String lacking() {
            return "the field '" + field + "'";
        }

        @Override
        public boolean namesTombstones() {
            return false;
        }
    }

    /** The last header of a name, in UTF-8. */
    record ByHeader(String name) implements ModelSelector {
        @Override
        public String nameOf(Event event, Fields fields) {
            Header header = event.headers().lastHeader(name);
            return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
        }

        @Override
        public String lacking() {
            return "the header '" + name + "'";
        }
    }

    /** The topic the event came from. */
    record ByTopic(Map<String, String> models) implements ModelSelector {
        @Override
        public String nameOf(Event event, Fields fields) {
            return models.get(event.origin().topic());
        }

        @Override
        public String lacking() {
            return "a topic that stands for a model";
        }
    }
}
