package dev.eddy.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;

/**
 * What turns the last layer's output into values: a linear map, a normalising function, a de-normalisation.
 *
 * @param kind   function after the linear map
 * @param output number of values; 0 without a linear map (the last layer's width is meant)
 * @param weight name of the weight tensor, shape (output, hidden); {@code null} without a linear map
 * @param bias   name of the bias tensor, shape (output); {@code null} for none
 * @param labels name of each output of a tagger; empty for none
 * @param mean   with {@code std}: output {@code y} is in standard units, the value is {@code y * std + mean}
 * @param std    see {@code mean}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({"kind", "output", "weight", "bias", "labels", "mean", "std"})
public record HeadSpec(
        Kind kind,
        @JsonSetter(nulls = Nulls.AS_EMPTY) int output,
        String weight,
        String bias,
        List<String> labels,
        double[] mean,
        double[] std) {

    /** No head: the values are the last layer's output. */
    public static final HeadSpec NONE = new HeadSpec(Kind.LINEAR, 0, null, null, null, null, null);

    public HeadSpec {
        kind = kind == null ? Kind.LINEAR : kind;
        labels = labels == null ? List.of() : List.copyOf(labels);
        Scaling.check("head", mean, std);
        if (mean != null && kind != Kind.LINEAR) {
            throw new InvalidModelException("only a linear head can be de-normalised; remove mean and std or the "
                    + kind.spelling() + " function");
        }
    }

    /** The same head with these labels. */
    public HeadSpec withLabels(List<String> newLabels) {
        return new HeadSpec(kind, output, weight, bias, newLabels, mean, std);
    }

    /** The same head, its output de-normalised. */
    public HeadSpec withScaling(double[] newMean, double[] newStd) {
        return new HeadSpec(kind, output, weight, bias, labels, newMean, newStd);
    }

    /** Functions after the linear map. */
    public enum Kind {
        @JsonProperty("linear")
        LINEAR,
        @JsonProperty("softmax")
        SOFTMAX,
        @JsonProperty("logSoftmax")
        LOG_SOFTMAX,
        @JsonProperty("sigmoid")
        SIGMOID;

        /** How a spec spells it. */
        public String spelling() {
            return this == LOG_SOFTMAX ? "logSoftmax" : name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
