package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import java.util.Objects;

/** One thing the network reads from an event. The network's input is the features' numbers, one after the other. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Feature.Numeric.class, name = "number"),
    @JsonSubTypes.Type(value = Feature.Category.class, name = "category"),
    @JsonSubTypes.Type(value = Feature.Token.class, name = "token"),
    @JsonSubTypes.Type(value = Feature.Vector.class, name = "vector"),
    @JsonSubTypes.Type(value = Feature.Time.class, name = "time")
})
public sealed interface Feature {
    /** Path of the field in the event, dots between names; {@code null} for the event time. */
    String field();

    /** How many numbers it takes in the encoded event (a token takes one: its id). */
    int width();

    /** What happens to an event without the field. */
    Missing missing();

    /** What an absent (or null) field means. */
    enum Missing {
        /** The event goes to the dead-letter topic. */
        @JsonProperty("reject")
        REJECT,
        /** The encoded feature is zero: the mean of a number, no category, token 0. */
        @JsonProperty("zero")
        ZERO,
        /** The feature keeps what the previous event of the sequence had; zero at the first. */
        @JsonProperty("previous")
        PREVIOUS
    }

    /** A number, given to the network as {@code (value - mean) / std}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"field", "mean", "std", "missing"})
    record Numeric(String field, Double mean, Double std, Missing missing) implements Feature {
        public Numeric {
            Fields.requirePath(field);
            mean = mean == null ? 0 : mean;
            std = std == null ? 1 : std;
            Scaling.check("feature '" + field + "'", mean, std);
            missing = Objects.requireNonNullElse(missing, Missing.REJECT);
        }

        @Override
        public int width() {
            return 1;
        }
    }

    /** One of some values, one-hot, with a last place for any other value. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"field", "values", "missing"})
    record Category(String field, List<String> values, Missing missing) implements Feature {
        public Category {
            Fields.requirePath(field);
            if (values == null || values.isEmpty() || values.stream().distinct().count() != values.size()) {
                throw new InvalidModelException("category '" + field + "' needs a list of distinct 'values'");
            }
            values = List.copyOf(values);
            missing = Objects.requireNonNullElse(missing, Missing.REJECT);
        }

        @Override
        public int width() {
            return values.size() + 1;
        }
    }

    /**
     * An item of a vocabulary, looked up in an embedding.
     *
     * @param field      the id itself, or a text where there is a vocabulary
     * @param embedding  name of the embedding tensor, shape (ids, width)
     * @param vocabulary the text of each id; empty where events carry ids
     * @param lowerCase  whether a text that is not in the vocabulary is looked up in lower case as well
     * @param unknown    rules for texts that are not in the vocabulary, the first that applies counts; none: such an event
     *                   is rejected
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonPropertyOrder({"field", "embedding", "vocabulary", "lowerCase", "unknown", "missing"})
    record Token(
            String field,
            String embedding,
            List<String> vocabulary,
            @JsonSetter(nulls = Nulls.AS_EMPTY) boolean lowerCase,
            List<UnknownRule> unknown,
            Missing missing)
            implements Feature {
        /** Ids pass through float32, which counts exactly up to here. */
        public static final int MAX_IDS = 1 << 24;

        public Token {
            Fields.requirePath(field);
            vocabulary = vocabulary == null ? List.of() : List.copyOf(vocabulary);
            unknown = unknown == null ? List.of() : List.copyOf(unknown);
            missing = Objects.requireNonNullElse(missing, Missing.REJECT);
        }

        @Override
        public int width() {
            return 1;
        }
    }

    /** A list of numbers of fixed length, each given to the network as {@code (value - mean) / std}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"field", "length", "mean", "std", "missing"})
    record Vector(String field, int length, double[] mean, double[] std, Missing missing) implements Feature {
        /** More numbers do not fit into an event of a million bytes. */
        public static final int MAX_LENGTH = 250_000;

        public Vector {
            Fields.requirePath(field);
            if (length < 1 || length > MAX_LENGTH) {
                throw new InvalidModelException(
                        "vector '" + field + "' has length " + length + "; use 1 to " + MAX_LENGTH);
            }
            Scaling.check("feature '" + field + "'", mean, std);
            if (mean != null && mean.length != length) {
                throw new InvalidModelException("vector '" + field + "' has length " + length + " but " + mean.length
                        + " means; give one for each element");
            }
            missing = Objects.requireNonNullElse(missing, Missing.REJECT);
        }

        @Override
        public int width() {
            return length;
        }
    }

    /** Where the event time stands in a cycle, as sine and cosine, in UTC. */
    @JsonPropertyOrder({"of"})
    record Time(List<Cycle> of) implements Feature {
        public Time {
            if (of == null || of.isEmpty()) {
                throw new InvalidModelException("a time feature needs 'of': a list of hour, weekday");
            }
            of = List.copyOf(of);
        }

        @Override
        @com.fasterxml.jackson.annotation.JsonIgnore
        public String field() {
            return null;
        }

        @Override
        public int width() {
            return 2 * of.size();
        }

        @Override
        @com.fasterxml.jackson.annotation.JsonIgnore
        public Missing missing() {
            return Missing.REJECT;
        }

        /** Cycles of the calendar. */
        public enum Cycle {
            /** Time of day, period 24 hours. */
            @JsonProperty("hour")
            HOUR(86_400_000L, 0),
            /** Time of week, period 7 days from Monday 00:00. */
            @JsonProperty("weekday")
            WEEKDAY(604_800_000L, 3 * 86_400_000L);

            private final long period;
            private final long shift;

            Cycle(long period, long shift) {
                this.period = period;
                this.shift = shift;
            }

            /** Position in the cycle, 0 up to 1; the epoch was a Thursday. */
            public double phase(long epochMillis) {
                return Math.floorMod(epochMillis + shift, period) / (double) period;
            }
        }
    }
}
