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

/**
 * The second half of an encoder-decoder (Cho et al. 2014; Sutskever et al. 2014). The model's own layers read a sequence; where
 * it ends, the decoder starts from their state and gives a list, each of whose outputs it reads before it gives the next.
 *
 * @param feedback  what it reads at each step: its output before
 * @param context   what it is told of the sequence beside its initial state
 * @param layers    its stack of layers, first to last
 * @param initial   the state each of its layers with a memory begins with; empty: that of the encoder's layer of the same rank
 * @param head      what turns the last layer's output into an output; the {@code labels} are the output vocabulary
 * @param headReads what the head reads, one after the other; empty: the last layer's output alone
 * @param limit     most tokens of a list; the length of a list of numbers
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({"feedback", "context", "layers", "initial", "head", "headReads", "limit"})
public record DecoderSpec(
        Feedback feedback,
        Context context,
        List<LayerSpec> layers,
        List<Initial> initial,
        HeadSpec head,
        List<Part> headReads,
        @JsonSetter(nulls = Nulls.AS_EMPTY) int limit) {

    public DecoderSpec {
        layers = layers == null ? List.of() : List.copyOf(layers);
        initial = initial == null ? List.of() : List.copyOf(initial);
        headReads = headReads == null ? List.of() : List.copyOf(headReads);
        context = Objects.requireNonNullElse(context, Context.START);
        head = Objects.requireNonNullElse(head, HeadSpec.NONE);
        if (feedback == null) {
            throw new InvalidModelException(
                    "the decoder has no 'feedback'; say whether it reads its own tokens or numbers");
        }
        if (limit < 1) {
            throw new InvalidModelException("the decoder's 'limit' is " + limit
                    + "; give the most tokens, or the number of vectors, of a list: at least 1");
        }
    }

    /** What the decoder is told of the sequence. */
    public enum Context {
        /** The state it starts from, and that is all (Sutskever et al. 2014). */
        @JsonProperty("start")
        START,
        /** The output c of the encoder's last layer, behind its own output, at every step (Cho et al. 2014). */
        @JsonProperty("every")
        EVERY
    }

    /** What a head can read. */
    public enum Part {
        /** The output of the decoder's last layer. */
        @JsonProperty("output")
        OUTPUT,
        /** The output before, as the first layer reads it. */
        @JsonProperty("feedback")
        FEEDBACK,
        /** The output c of the encoder's last layer. */
        @JsonProperty("context")
        CONTEXT
    }

    /** What the decoder reads at each step. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Tokens.class, name = "token"),
        @JsonSubTypes.Type(value = Numbers.class, name = "number")
    })
    public sealed interface Feedback {}

    /**
     * The token it gave, through an embedding. A token is named by its text among the head's labels, or by its id, an integer.
     *
     * @param embedding  name of the embedding tensor, shape (ids, width)
     * @param activation applied to the embedding; {@code null} for none
     * @param start      the token it reads at its first step
     * @param end        the token that ends the list, in which it is not; {@code null}: the list has as many as its limit
     * @param banned     tokens that are never given, beside those that stand for unknown words
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"embedding", "activation", "start", "end", "banned"})
    public record Tokens(String embedding, Activation activation, Object start, Object end, List<Object> banned)
            implements Feedback {
        public Tokens {
            banned = banned == null ? List.of() : List.copyOf(banned);
            if (start == null) {
                throw new InvalidModelException("the decoder's feedback names no 'start' token");
            }
            requireToken(start);
            banned.forEach(Tokens::requireToken);
            if (end != null) {
                requireToken(end);
            }
        }

        private static void requireToken(Object token) {
            if (!(token instanceof String) && !(token instanceof Integer id && id >= 0)) {
                throw new InvalidModelException("the decoder's feedback names the token " + token
                        + "; use a text of its head's labels or an id from 0");
            }
        }
    }

    /**
     * The vector it gave, in the units of the network.
     *
     * @param fields the fields of the event whose later values the outputs are; empty where they are something else
     * @param start  what it reads at its first step; {@code null} means zeros
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonPropertyOrder({"fields", "start"})
    public record Numbers(List<String> fields, First start) implements Feedback {
        public Numbers {
            fields = fields == null ? List.of() : List.copyOf(fields);
            start = Objects.requireNonNullElse(start, First.ZERO);
            fields.forEach(Fields::requirePath);
            if (start == First.LAST && fields.isEmpty()) {
                throw new InvalidModelException("the decoder starts from the last event but its feedback names no"
                        + " 'fields'; list the fields its outputs continue");
            }
        }

        /** What a decoder of numbers reads first. */
        public enum First {
            /** Zeros. */
            @JsonProperty("zero")
            ZERO("zeros"),
            /** The fields of the sequence's last event, normalised as their features. */
            @JsonProperty("last")
            LAST("the last event");

            private final String meaning;

            First(String meaning) {
                this.meaning = meaning;
            }

            /** What it is, in words. */
            public String meaning() {
                return meaning;
            }
        }
    }

    /**
     * What one layer's state is before the first step: the state of a layer of the encoder, a linear map of it or of the
     * context (a bridge), or zero.
     *
     * @param layer      index of a layer of the encoder; {@code null} for a bridge from the context, or zero
     * @param zero       whether it begins at zero
     * @param weight     bridge to h: name of a tensor, shape (width of h, width of its source)
     * @param bias       its bias; {@code null} for none
     * @param cellWeight LSTM: bridge to c, from the c of the encoder's layer or from the context
     * @param cellBias   its bias; {@code null} for none
     * @param activation of the bridge; {@code null} means tanh
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"layer", "zero", "weight", "bias", "cellWeight", "cellBias", "activation"})
    public record Initial(
            Integer layer,
            Boolean zero,
            String weight,
            String bias,
            String cellWeight,
            String cellBias,
            Activation activation) {
        public Initial {
            boolean bridge = weight != null;
            if (Boolean.TRUE.equals(zero) ? layer != null || bridge : layer == null && !bridge) {
                throw new InvalidModelException("an 'initial' state of the decoder is either \"zero\": true, or names a"
                        + " 'layer' of the encoder, a bridge 'weight', or both");
            }
            if (!bridge && (bias != null || cellWeight != null || cellBias != null || activation != null)) {
                throw new InvalidModelException(
                        "an 'initial' state of the decoder has parts of a bridge but no 'weight'");
            }
            if (cellWeight == null && cellBias != null) {
                throw new InvalidModelException(
                        "an 'initial' state of the decoder has a 'cellBias' but no 'cellWeight'");
            }
        }

        /** Whether it is zero. */
        public boolean isZero() {
            return Boolean.TRUE.equals(zero);
        }

        /** Whether it passes through a linear map. */
        public boolean isBridge() {
            return weight != null;
        }
    }
}
