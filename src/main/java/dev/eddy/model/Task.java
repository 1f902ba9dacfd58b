package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;

/** What the head's values mean. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Task.Values.class, name = "values"),
    @JsonSubTypes.Type(value = Task.Tag.class, name = "tag"),
    @JsonSubTypes.Type(value = Task.Predict.class, name = "predict"),
    @JsonSubTypes.Type(value = Task.Language.class, name = "language")
})
public sealed interface Task {
    /** The task of a model that says nothing else. */
    Task VALUES = new Values();

    /** The values are given as they are. */
    record Values() implements Task {}

    /**
     * The values score labels, one of which is given for every event.
     *
     * @param blank the label of "nothing new" of a model trained with CTC (Graves et al. 2006): runs of one label are then
     *              collapsed into one symbol, and blanks left out; {@code null} for an ordinary tagger
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Tag(String blank) implements Task {
        /** An ordinary tagger. */
        public Tag() {
            this(null);
        }
    }

    /**
     * The values score the next token; each event shows how probable it was, and the sequence so far its perplexity.
     */
    record Language() implements Task {}

    /**
     * The values are the next ones of fields of the event; each event shows by how much the earlier prediction of it was
     * wrong.
     *
     * @param fields  the fields predicted, one for each value of the head
     * @param horizon how many events ahead; at least 1
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Predict(
            List<String> fields,
            @JsonSetter(nulls = Nulls.AS_EMPTY) int horizon) implements Task {
        /** Longest horizon: that many predictions are part of every sequence's state. */
        public static final int MAX_HORIZON = 256;

        public Predict {
            fields = fields == null ? List.of() : List.copyOf(fields);
            horizon = horizon == 0 ? 1 : horizon;
            if (fields.isEmpty()) {
                throw new InvalidModelException("a 'predict' task names no fields; list the fields it predicts");
            }
            if (horizon < 1 || horizon > MAX_HORIZON) {
                throw new InvalidModelException(
                        "the horizon of a 'predict' task is " + horizon + "; use 1 to " + MAX_HORIZON);
            }
        }
    }
}
