package dev.eddy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a layer of a spec may say, and that it is written as it was read. */
class LayerSpecTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'cell':'lstm','input':2,'hidden':3,'tensors':{}}",
                "{'cell':'lstm','input':2,'hidden':3,'output':'cell','options':{'activations':['sigmoid',"
                        + "{'function':'elu','alpha':0.5},'identity'],'clip':3.5,'coupled':true,'projection':2},'tensors':{}}",
                "{'cell':'gru','input':2,'hidden':3,'resetAfter':false,'options':{'clip':0.1},'tensors':{}}",
                "{'cell':'minimalGru','input':2,'hidden':3,'tensors':{'weight_hh':'u','weight_ih':'w'}}",
                "{'cell':'rnn','input':2,'hidden':3,'activation':{'function':'scaledTanh','alpha':1.7,'beta':0.7},"
                        + "'tensors':{}}",
                "{'cell':'jordan','input':2,'hidden':3,'options':{'projection':1},'tensors':{}}",
                "{'cell':'clockwork','input':2,'hidden':4,'options':{'periods':[1,3]},'tensors':{}}",
                "{'cell':'reservoir','input':2,'hidden':3,'options':{'leak':0.3},'tensors':{}}",
                "{'cell':'layerNorm','input':3,'hidden':3,'options':{'epsilon':0.001},'tensors':{}}",
                "{'cell':'dropout','input':3,'hidden':3,'tensors':{}}"
            })
    void shouldBeWrittenAsItWasRead(String text) {
        String json = text.replace('\'', '"');

        assertThat(SpecJson.write(SpecJson.read(json, LayerSpec.class))).isEqualTo(json);
    }

    @Test
    void shouldRefuseWhatDoesNotBelongToTheCell() {
        refused(
                "{'cell':'gru','input':2,'hidden':3,'output':'cell'}",
                "'output' does not belong to a layer of kind gru");
        refused(
                "{'cell':'gru','input':2,'hidden':3,'activation':'relu'}",
                "'activation'",
                "[direction, resetAfter, activations, clip]");
        refused("{'cell':'rnn','input':2,'hidden':3,'options':{'coupled':true}}", "'coupled'", "kind rnn");
        refused(
                "{'cell':'lstm','input':2,'hidden':3,'tensors':{'peephole':'p'}}",
                "no tensor 'peephole'",
                "peephole_i");
        refused("{'cell':'dropout','input':2,'hidden':2,'tensors':{'weight':'w'}}", "nor any other");
        refused("{'cell':'layerNorm','input':2,'hidden':3}", "input 2 and hidden 3", "the same");
        refused("{'cell':'gru','input':2,'hidden':3,'options':{'activations':['tanh']}}", "has 1 activations, not 2");
    }

    @Test
    void shouldRefuseOptionsThatMakeNoSense() {
        refused("{'cell':'lstm','input':2,'hidden':3,'options':{'clip':0}}", "'clip' is 0.0", "above 0");
        refused("{'cell':'lstm','input':2,'hidden':3,'options':{'projection':0}}", "'projection' is 0");
        refused("{'cell':'reservoir','input':2,'hidden':3,'options':{'leak':1.5}}", "'leak' is 1.5", "at most 1");
        refused("{'cell':'clockwork','input':2,'hidden':3,'options':{'periods':[]}}", "'periods' is []");
        refused("{'cell':'clockwork','input':2,'hidden':4,'options':{'periods':[2,2]}}", "[2, 2]", "ascending");
        refused(
                "{'cell':'clockwork','input':2,'hidden':4,'options':{'periods':[4099,4111]}}",
                "least common multiple up to 16,777,216");
        refused("{'cell':'rnn','input':2,'hidden':3,'activation':'gelu'}", "no activation 'gelu'", "leakyRelu");
        refused(
                "{'cell':'rnn','input':2,'hidden':3,'activation':{'function':'tanh','alpha':1}}",
                "activation tanh takes no alpha");
    }

    private static void refused(String text, String... parts) {
        assertThatThrownBy(() -> SpecJson.read(text.replace('\'', '"'), LayerSpec.class))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll(parts);
    }
}
