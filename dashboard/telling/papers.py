"""Terms of use and privacy notice, in plain words (version: connector.account.joining.TERMS)."""

from __future__ import annotations

from dashboard.reader import _
from dashboard.views.public import Paper


def terms() -> Paper:
    """What both sides promise."""
    return Paper(
        title=_("Termos de uso"),
        parts=(
            (
                _("O que a Ponte faz"),
                _(
                    "A Ponte mantém os dados que você escolhe iguais no seu Bling ERP e no seu Bitrix24. "
                    "Ela só lê e grava o que você ligou na configuração, e mostra cada mudança que fez."
                ),
            ),
            (
                _("Sua conta"),
                _(
                    "Quem cria a conta responde por ela e por quem convida. Guarde a sua senha e as chaves"
                    " de API; se desconfiar que alguém as tem, troque-as na hora."
                ),
            ),
            (
                _("Seus dados continuam seus"),
                _(
                    "Usamos os dados do Bling e do Bitrix24 só para sincronizar e para mostrar o que foi "
                    "feito. Você pode desconectar os dois lados quando quiser."
                ),
            ),
            (
                _("Teste e assinatura"),
                _(
                    "O teste dura 14 dias e não pede cartão. Sem assinatura depois dele, a sincronização "
                    "para; nada é apagado, e o que chegou enquanto isso fica guardado por 30 dias."
                ),
            ),
            (
                _("Disponibilidade"),
                _(
                    "Dependemos do Bling e do Bitrix24: quando um deles não responde, tentamos de novo até"
                    " dar certo e avisamos. A Ponte não substitui as suas cópias de segurança."
                ),
            ),
            (
                _("Mudanças e fim"),
                _(
                    "Avisamos por e-mail antes de mudar estes termos. Você pode sair quando quiser; "
                    "podemos encerrar contas usadas para atacar o serviço ou terceiros."
                ),
            ),
        ),
    )


def privacy() -> Paper:
    """What is kept, why, how long."""
    return Paper(
        title=_("Aviso de privacidade"),
        parts=(
            (
                _("O que guardamos de você"),
                _(
                    "Nome, e-mail, um resumo da senha que não permite lê-la, as sessões abertas com o "
                    "navegador de cada uma, e o registro do que você mudou."
                ),
            ),
            (
                _("O que passa pela Ponte"),
                _(
                    "Produtos, pedidos, vendas e contatos que o seu Bling envia, para levá-los ao seu "
                    "Bitrix24. Guardamos o histórico pelo prazo do seu plano, para que cada mudança possa "
                    "ser explicada."
                ),
            ),
            (
                _("Com quem dividimos"),
                _(
                    "Com ninguém além do Bling e do Bitrix24 que você conectou e de quem processa o "
                    "pagamento. Não vendemos dados nem mostramos anúncios."
                ),
            ),
            (
                _("Como protegemos"),
                _(
                    "As permissões de acesso ao Bling e ao Bitrix24 ficam cifradas, e cada empresa só "
                    "enxerga o que é dela, também dentro do banco de dados."
                ),
            ),
            (
                _("Seus direitos"),
                _(
                    "Pela LGPD você pode ver, corrigir, levar e apagar os seus dados. Depois que a empresa"
                    " sai, apagamos tudo em 30 dias; na hora, se o aplicativo for removido do Bitrix24 com"
                    " os dados."
                ),
            ),
            (
                _("Cookies"),
                _(
                    "Só os necessários: a sua sessão, o idioma e o tema. Nenhum de terceiros, nenhum para "
                    "seguir você."
                ),
            ),
        ),
    )
