package dev.eddy.model;

import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Feature.Missing;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads one feature out of an event. */
abstract class FeatureReader {
    private final Feature feature;
    private final String[] path;

    FeatureReader(Feature feature) {
        this.feature = feature;
        this.path = feature.field() == null ? new String[0] : Fields.path(feature.field());
    }

    static FeatureReader of(Feature feature) {
        if (feature instanceof Feature.Numeric number) {
            return new NumberReader(number);
        } else if (feature instanceof Feature.Category category) {
            return new CategoryReader(category);
        } else if (feature instanceof Feature.Token token) {
            return new TokenReader(token);
        } else if (feature instanceof Feature.Vector vector) {
            return new VectorReader(vector);
        }
        return new TimeReader((Feature.Time) feature);
    }

    /** Writes the feature's numbers to {@code input[at ..]}. */
    void read(Fields fields, long eventTime, float[] input, int at) {
        Object value = fields.get(path);
        if (value != null) {
            write(value, input, at);
        } else if (feature.missing() == Missing.ZERO) {
            Arrays.fill(input, at, at + feature.width(), 0f);
        } else if (feature.missing() == Missing.REJECT) {
            throw new BadEventException(Reason.MISSING_FIELD, "field '" + feature.field() + "' is missing");
        }
    }

    abstract void write(Object value, float[] input, int at);

    final BadEventException wrongType(String wanted, Object got) {
        return new BadEventException(
                Reason.WRONG_TYPE,
                "field '" + feature.field() + "' must be " + wanted + " but is a "
                        + got.getClass().getSimpleName());
    }

    private static final class NumberReader extends FeatureReader {
        private final Feature.Numeric feature;

        NumberReader(Feature.Numeric feature) {
            super(feature);
            this.feature = feature;
        }

        @Override
        void write(Object value, float[] input, int at) {
            if (!(value instanceof Number number)) {
                throw wrongType("a number", value);
            }
            input[at] =
                    FeatureEncoder.toFloat((number.doubleValue() - feature.mean()) / feature.std(), feature.field());
        }
    }

    private static final class CategoryReader extends FeatureReader {
        private final Feature.Category feature;
        private final Map<String, Integer> places = new HashMap<>();

        CategoryReader(Feature.Category feature) {
            super(feature);
            this.feature = feature;
            feature.values().forEach(value -> places.put(value, places.size()));
        }

        @Override
        void write(Object value, float[] input, int at) {
            if (!(value instanceof CharSequence || value instanceof Number || value instanceof Boolean)) {
                throw wrongType("a text, a number or a boolean", value);
            }
            Arrays.fill(input, at, at + feature.width(), 0f);
            input[at + places.getOrDefault(value.toString(), feature.values().size())] = 1f;
        }
    }

    private static final class TokenReader extends FeatureReader {
        private final Feature.Token feature;
        private final Map<String, Integer> ids = new HashMap<>();

        TokenReader(Feature.Token feature) {
            super(feature);
            this.feature = feature;
            for (int id = 0; id < feature.vocabulary().size(); id++) {
                ids.putIfAbsent(feature.vocabulary().get(id), id);
            }
            for (UnknownRule rule : feature.unknown()) {
                if (!ids.containsKey(rule.token())) {
                    throw new InvalidModelException("a rule for unknown tokens of '" + feature.field() + "' gives '"
                            + rule.token() + "', which is not in the vocabulary");
                }
            }
        }

        @Override
        void write(Object value, float[] input, int at) {
            input[at] = ids.isEmpty() ? givenId(value) : lookUp(value);
        }

        /** The range of ids is checked by the network, which knows its embedding. */
        private int givenId(Object value) {
            if (!(value instanceof Number number)) {
                throw wrongType("an integer id", value);
            }
            double id = number.doubleValue();
            if (id != Math.rint(id)) {
                throw new BadEventException(
                        Reason.WRONG_TYPE, "field '" + feature.field() + "' must be an integer id but is " + value);
            }
            if (id < 0 || id >= Feature.Token.MAX_IDS) {
                throw new BadEventException(
                        Reason.UNKNOWN_TOKEN, "field '" + feature.field() + "' has the id " + value + ", out of range");
            }
            return (int) id;
        }

        private int lookUp(Object value) {
            if (!(value instanceof CharSequence || value instanceof Number)) {
                throw wrongType("a text", value);
            }
            String text = value.toString();
            Integer id = ids.get(text);
            if (id == null && feature.lowerCase()) {
                id = ids.get(text.toLowerCase(Locale.ROOT));
            }
            for (int i = 0; id == null && i < feature.unknown().size(); i++) {
                UnknownRule rule = feature.unknown().get(i);
                id = rule.covers(text) ? ids.get(rule.token()) : null;
            }
            if (id == null) {
                throw new BadEventException(
                        Reason.UNKNOWN_TOKEN,
                        "field '" + feature.field() + "' is '" + brief(text) + "', which is not in the vocabulary");
            }
            return id;
        }

        private static String brief(String text) {
            return text.length() <= 40 ? text : text.substring(0, 40) + "…";
        }
    }

    private static final class VectorReader extends FeatureReader {
        private final Feature.Vector feature;

        VectorReader(Feature.Vector feature) {
            super(feature);
            this.feature = feature;
        }

        @Override
        void write(Object value, float[] input, int at) {
            if (!(value instanceof List<?> list)) {
                throw wrongType("a list of " + feature.length() + " numbers", value);
            }
            if (list.size() != feature.length()) {
                throw new BadEventException(
                        Reason.WRONG_LENGTH,
                        "field '" + feature.field() + "' must have " + feature.length() + " numbers but has "
                                + list.size());
            }
            for (int i = 0; i < feature.length(); i++) {
                Object element = list.get(i);
                if (!(element instanceof Number number)) {
                    throw new BadEventException(
                            Reason.WRONG_TYPE, "element " + i + " of field '" + feature.field() + "' is not a number");
                }
                double raw = number.doubleValue();
                double scaled = feature.mean() == null ? raw : (raw - feature.mean()[i]) / feature.std()[i];
                input[at + i] = FeatureEncoder.toFloat(scaled, feature.field());
            }
        }
    }

    private static final class TimeReader extends FeatureReader {
        private final Feature.Time feature;

        TimeReader(Feature.Time feature) {
            super(feature);
            this.feature = feature;
        }

        @Override
        void read(Fields fields, long eventTime, float[] input, int at) {
            int next = at;
            for (Feature.Time.Cycle cycle : feature.of()) {
                double angle = 2 * Math.PI * cycle.phase(eventTime);
                // StrictMath: the same bits on every machine.
                input[next++] = (float) StrictMath.sin(angle);
                input[next++] = (float) StrictMath.cos(angle);
            }
        }

        @Override
        void write(Object value, float[] input, int at) {
            throw new IllegalStateException("a time feature reads no field");
        }
    }
}
